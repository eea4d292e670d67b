# Runs a program with the /usr of another system: $1 is that system's root, the rest the command.
# Everything else stays, so that a path means the same inside and outside. The mount is seen by
# this process only, which the program replaces, and goes with it.
root=$1
shift
mount --bind "$root/usr" /usr && exec "$@"
