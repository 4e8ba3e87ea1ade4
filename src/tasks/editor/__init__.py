"""What an editor shows of the files of a corpus while they are written. Only server.py knows the protocol."""
