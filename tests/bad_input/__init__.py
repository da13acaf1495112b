"""Bad input, all of it: each kind has a defined, kind result on the platforms where it can occur."""
