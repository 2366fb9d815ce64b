#!/bin/sh
# Runs a command of Sorora just as the service does, as its user and with its settings: sudo sorora check
# Install it once: sudo install -m 755 deploy/sorora.sh /usr/local/bin/sorora
exec systemd-run --quiet --pipe --wait --collect --uid=sorora --gid=sorora \
    --setenv=SORORA_DATA_DIR=/var/lib/sorora --property=EnvironmentFile=/etc/sorora/sorora.env \
    --property=UMask=0077 --working-directory=/var/lib/sorora \
    /opt/sorora/.venv/bin/sorora "$@"
