"""RTSP over TCP (and UDP), RTP, H.264/H.265/AAC/G.711 depacketising: bytes in, access units out."""
