"""What a build leaves for people and programs: typed records, one module each that writes and reads them."""
