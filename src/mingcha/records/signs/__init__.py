"""The statutory notice at each watched place: printed, put up, photographed, checked."""
