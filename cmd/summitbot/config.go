package main

import "fmt"

type configCommand struct {
	Show  configShowCommand  `cmd:"" default:"1" help:"Print the configuration in force, secrets masked, and where each value came from."`
	Check configCheckCommand `cmd:"" help:"Say what is wrong with the configuration."`
}

type configShowCommand struct{}

// Run prints the configuration, and what is wrong with it.
func (configShowCommand) Run(c *call) error {
	fmt.Fprint(c.stdout, c.report)
	return c.configuration()
}

type configCheckCommand struct{}

// Run says whether the configuration could be served with.
func (configCheckCommand) Run(c *call) error {
	if err := c.configuration(); err != nil {
		return err
	}
	fmt.Fprintln(c.stdout, "The configuration is fine.")
	return nil
}

// configuration points out what is odd and returns what is wrong.
func (c *call) configuration() error {
	for _, w := range c.report.Warnings {
		fmt.Fprintf(c.stderr, "summitbot: %s\n", w)
	}
	if len(c.faults) > 0 {
		return misuse("the configuration is faulty:\n%w", c.faults)
	}
	return nil
}
