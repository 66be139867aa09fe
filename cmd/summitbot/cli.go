package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
	"summitbot/config"
)

// Exit codes; docs/configuration.md explains them.
const (
	exitFault       = 1 // a fault while running
	exitPoor        = 1 // kb lint and kb test: the knowledge base works and could be better
	exitMisuse      = 2 // a wrong command line, configuration or knowledge base: nothing was done
	exitNotAnswered = 3 // ask: there was no answer
)

// An app is the program with all that it touches outside itself, so that tests can run it in their own process.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	environ        []string                          // "NAME=value" each
	signals        func() (<-chan os.Signal, func()) // starts to catch the signals that end it; the function ends that
	hints          func() (<-chan os.Signal, func()) // the same for those that ask it to reload or to tell more
	platforms      func(config.Config) []platform    // where it can serve
}

// grammar is the command line.
type grammar struct {
	Chat    chatCommand    `cmd:"" default:"1" help:"Talk to the bot in this terminal. This is what happens without a command."`
	Ask     askCommand     `cmd:"" help:"Ask one question, or answer questions a line each with --json."`
	Run     runCommand     `cmd:"" help:"Serve Discord and Telegram, whichever has a token."`
	Health  healthCommand  `cmd:"" name:"healthcheck" help:"Ask a bot that runs here whether it is well."`
	KB      kbCommand      `cmd:"" name:"kb" help:"Begin or check a knowledge base, and see what it lacks."`
	Config  configCommand  `cmd:"" help:"Show or check the configuration."`
	Doctor  doctorCommand  `cmd:"" help:"Check how the bot is set up at Discord or Telegram, and say how to mend it."`
	Version versionCommand `cmd:"" help:"Say which version this is."`
}

// A call is one command being carried out.
type call struct {
	*app
	cfg    config.Config
	report config.Report
	faults config.Faults // of the configuration
}

// run carries out a command line and returns the exit code.
func (a *app) run(args []string) (code int) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case exited:
			code = int(p)
		default:
			panic(p)
		}
	}()
	parser, given := a.parser()
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(a.stderr, "summitbot: %v\nTry: summitbot --help\n", err)
		return exitMisuse
	}
	c := &call{app: a}
	c.cfg, c.report, err = config.Load(config.Source{Environ: a.environ, Flags: given()})
	errors.As(err, &c.faults)
	err = parsed.Run(c)
	var exit *exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		code = exit.code
	default:
		code = exitFault
	}
	if message := err.Error(); message != "" {
		fmt.Fprintf(a.stderr, "summitbot: %s\n", message)
	}
	return code
}

// parser makes what reads a command line. The settings that flags gave are known after parsing.
func (a *app) parser() (parser *kong.Kong, given func() map[string]string) {
	flags, given := settingFlags()
	parser, err := kong.New(&grammar{}, flags,
		kong.Name("summitbot"),
		kong.Description("Answers questions about the background of the Trump-Putin summit in Alaska."),
		kong.Writers(a.stdout, a.stderr),
		kong.Exit(func(code int) { panic(exited(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		panic(err) // a fault of the grammar, which every test meets
	}
	return parser, given
}

// exited is thrown where the parser ends the program: after --help.
type exited int

// An exitError ends the program with a code. Its message is printed unless it is empty.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

func misuse(format string, args ...any) error {
	return &exitError{exitMisuse, fmt.Errorf(format, args...)}
}

// settingFlags makes a flag of every setting there is. What was given is known after parsing.
func settingFlags() (flags kong.Option, given func() map[string]string) {
	settings := config.Settings()
	fields := make([]reflect.StructField, len(settings))
	for i, s := range settings {
		kind := s.Flag[strings.LastIndex(s.Flag, "-")+1:]
		fields[i] = reflect.StructField{
			Name: "Setting" + strconv.Itoa(i),
			Type: reflect.TypeFor[flagText](),
			Tag:  reflect.StructTag(fmt.Sprintf(`name:%q placeholder:%q group:"Settings" help:%q`, s.Flag, strings.ToUpper(kind), s.Help)),
		}
	}
	values := reflect.New(reflect.StructOf(fields))
	given = func() map[string]string {
		m := map[string]string{}
		for i, s := range settings {
			if f := values.Elem().Field(i).Interface().(flagText); f.given {
				m[s.Flag] = f.text
			}
		}
		return m
	}
	return kong.Embed(values.Interface()), given
}

// A flagText is a flag's value as it was written; package config reads it.
type flagText struct {
	text  string
	given bool
}

// Decode takes any text.
func (f *flagText) Decode(ctx *kong.DecodeContext) error {
	token, err := ctx.Scan.PopValue("text")
	if err != nil {
		return errors.New("a value is missing")
	}
	*f = flagText{fmt.Sprint(token.Value), true}
	return nil
}

// getenv looks a variable up that is no setting of ours, such as NO_COLOR.
func (a *app) getenv(name string) string {
	value := ""
	for _, pair := range a.environ {
		if v, ok := strings.CutPrefix(pair, name+"="); ok {
			value = v
		}
	}
	return value
}
