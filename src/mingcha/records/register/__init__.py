"""The register (台账): the append-only book of every act. The lowest app; it knows persons and cameras only as ids."""
