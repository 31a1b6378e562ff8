@node "%~dp0pulumi-resource-cloudbackup" %*
