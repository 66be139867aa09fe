// Package console is the adapter for the terminal and for pipes.
//
// A Console talks with one person (console.go): it reads lines, where there is a terminal with editing and history
// (terminal.go) and completion of commands (complete.go), and writes replies as text (render.go). Lines serves programs
// (jsonlines.go): a question a line in, a JSON object a line out. Both read through a reader that bounds what a line may
// hold (lines.go).
package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"golang.org/x/term"

	"summitbot/bot"
)

// platform is what the core is told about where a message comes from.
const platform = "console"

// Options say how a Console talks.
type Options struct {
	In    io.Reader
	Out   io.Writer
	Style Style
	About string       // what the bot answers questions about, to stand after "about"; may be empty
	Log   *slog.Logger // nil discards
}

// A Console is a conversation with whoever sits at the terminal, or with what is piped in.
type Console struct {
	bot     bot.Replier
	opt     Options
	lines   lines
	choices []bot.Choice // of the last reply, in the order of their numbers
}

// lines is where a Console's questions come from.
type lines interface {
	read() (string, error) // io.EOF at the end
	stop()                 // leaves the terminal as it was found, also while read waits
}

// New makes a console. Where In and Out are terminals it edits lines, and completes commands if the core can.
func New(b bot.Replier, opt Options) *Console {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	c := &Console{bot: b, opt: opt}
	if in, out := terminal(opt.In), terminal(opt.Out); in != nil && out != nil {
		e := newEditor(in, out)
		if core, ok := b.(completer); ok {
			e.term.AutoCompleteCallback = (&tab{core: core}).press
		}
		c.lines = e
	} else {
		c.lines = pipe{newLineReader(opt.In)}
	}
	return c
}

// terminal returns the file behind a stream if it is a terminal.
func terminal(stream any) *os.File {
	if f, ok := stream.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return f
	}
	return nil
}

// Run talks until the input ends, the user leaves or ctx is done; none of these is an error.
func (c *Console) Run(ctx context.Context) error {
	about := ""
	if c.opt.About != "" {
		about = " about " + strings.TrimSpace(c.opt.About)
	}
	if err := c.write(notice("summitbot answers questions" + about + ". Type one, or /help; /quit, Ctrl-D or Ctrl-C leaves.")); err != nil {
		return err
	}
	for {
		line, err := c.next(ctx)
		var long *longLineError
		switch {
		case ctx.Err() != nil, errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &long):
			line = ""
		case err != nil:
			return fmt.Errorf("reading what is typed: %w", err)
		}
		line = strings.TrimSpace(strings.ToValidUTF8(line, "\uFFFD"))
		var r bot.Reply
		switch strings.ToLower(line) {
		case "/quit", "/exit", "quit", "exit":
			return nil
		case "":
			if long == nil {
				continue
			}
			r = notice("That line is too long. Please ask in a sentence or two.")
		default:
			r = c.reply(ctx, line)
		}
		if err := c.write(r); err != nil {
			return err
		}
	}
}

// reply answers what was typed: a question, a command, or the number of a choice.
func (c *Console) reply(ctx context.Context, line string) bot.Reply {
	m := bot.Message{Platform: platform, Conversation: platform, User: platform, Text: line, Private: true}
	if n, ok := number(line); ok && len(c.choices) > 0 {
		if n < 1 || n > len(c.choices) {
			return notice(fmt.Sprintf("There is no choice %d. Type a number from the list, or a question.", n))
		}
		m.Text, m.Action = "", c.choices[n-1].Action
	}
	r, err := reply(ctx, c.bot, m, c.opt.Log)
	if err != nil {
		return notice("Something went wrong with that one. Please ask it in another way.")
	}
	c.choices = numbered(r)
	return r
}

// write writes a reply, and an empty line between turns.
func (c *Console) write(r bot.Reply) error {
	err := Write(c.opt.Out, r, c.opt.Style)
	if err == nil {
		_, err = io.WriteString(c.opt.Out, "\n")
	}
	if err != nil {
		return fmt.Errorf("writing a reply: %w", err)
	}
	return nil
}

// notice is a line of the console's own.
func notice(text string) bot.Reply { return bot.Reply{Kind: bot.KindNotice, Text: text} }

// next waits for a line, but not longer than ctx.
func (c *Console) next(ctx context.Context) (string, error) {
	type result struct {
		line string
		err  error
	}
	got := make(chan result, 1)
	go func() {
		line, err := c.lines.read()
		got <- result{line, err}
	}()
	select {
	case r := <-got:
		return r.line, r.err
	case <-ctx.Done():
		c.lines.stop()
		return "", ctx.Err()
	}
}

// number reads what picks a choice: "2", "2." or "#2". A longer number is rather a year.
func number(line string) (int, bool) {
	line = strings.TrimPrefix(strings.TrimSuffix(line, "."), "#")
	if len(line) > 2 {
		return 0, false
	}
	n, err := strconv.Atoi(line)
	return n, err == nil && n >= 0
}

// reply asks the core and turns a panic into an error: one message must not cost the others their answers.
func reply(ctx context.Context, b bot.Replier, m bot.Message, log *slog.Logger) (r bot.Reply, err error) {
	defer func() {
		if p := recover(); p != nil {
			log.Error("panic while answering", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = errors.New("internal fault")
		}
	}()
	return b.Reply(ctx, m), nil
}

// pipe reads from what is no terminal.
type pipe struct{ r *lineReader }

func (p pipe) read() (string, error) {
	line, err := p.r.next()
	return string(line), err
}

func (p pipe) stop() {}
