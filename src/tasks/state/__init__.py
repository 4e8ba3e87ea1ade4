"""What a build remembers, and when it believes it: doit's plug-ins. Nobody else knows doit's records."""
