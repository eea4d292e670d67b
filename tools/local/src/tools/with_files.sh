# Runs a program with the files of unpacked packages beside those of this system: $1 is the folder that
# they were unpacked into, the rest the command. The mount is seen by this process only, which the
# program replaces, and goes with it.
root=$1
shift
mount -t overlay -o "lowerdir=$root/usr:/usr" overlay /usr && exec "$@"
