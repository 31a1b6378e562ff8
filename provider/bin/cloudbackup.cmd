@node "%~dp0cloudbackup" %*
