complete --keep-order --exclusive --command cloudlunacy --arguments "(COMPLETE=fish cloudlunacy -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
