// Command summitbot answers questions about the background of the Trump-Putin summit in Alaska: in the terminal, in Discord
// and in Telegram. `summitbot --help` lists what it can do.
//
// The command line is in cli.go, with a file for each command; main only hands it the process's own streams.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

// Set by the linker in released builds: -X main.version=1.2.3 -X main.commit=… -X main.date=…
var version, commit, date string

func main() {
	a := app{
		stdin:     os.Stdin,
		stdout:    os.Stdout,
		stderr:    os.Stderr,
		environ:   os.Environ(),
		signals:   interrupts,
		hints:     hints,
		platforms: platforms,
	}
	os.Exit(a.run(os.Args[1:]))
}

// interrupts starts to catch the signals that ask a process to stop. Two are kept for whoever listens late.
func interrupts() (signals <-chan os.Signal, release func()) {
	c := make(chan os.Signal, 2)
	signal.Notify(c, os.Interrupt, syscall.SIGTERM)
	return c, func() { signal.Stop(c) }
}

// hints starts to catch the signals that change how the process runs: SIGHUP reloads the knowledge base, SIGUSR1 turns the
// log to debug and back.
func hints() (signals <-chan os.Signal, release func()) {
	c := make(chan os.Signal, 2)
	signal.Notify(c, syscall.SIGHUP, syscall.SIGUSR1)
	return c, func() { signal.Stop(c) }
}
