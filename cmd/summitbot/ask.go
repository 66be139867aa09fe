package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"summitbot/adapters/console"
	"summitbot/bot"
)

type askCommand struct {
	Question []string `arg:"" optional:"" help:"The question, or a command such as /timeline."`
	JSON     bool     `name:"json" help:"Answer with a JSON object; without a question, read one a line from standard input."`
	Explain  bool     `help:"Say why this is the answer."`
}

func (askCommand) Help() string {
	return `Exits with 0 if the question was answered, 3 if it was not, 2 on misuse.

With --json and no question, each line of standard input is a question, or an object such as
{"q": "when did they last meet?", "lang": "en", "conversation": "c1"}. Each gets an object on a
line of standard output, in the same order and at once: kind (answer, clarify or no_answer),
entry, confidence, lang, text, suggestions. A line that cannot be read gets
{"kind": "error", "error": "line 7: …"}.`
}

// Run answers once, or line by line.
func (q askCommand) Run(c *call) error {
	text := strings.TrimSpace(strings.ToValidUTF8(strings.Join(q.Question, " "), "\uFFFD"))
	lines := q.JSON && len(q.Question) == 0
	if text == "" && !lines {
		return misuse("ask: a question is missing, as in: summitbot ask \"when did they last meet?\"")
	}
	know, err := c.knowledge("")
	if err != nil {
		return err
	}
	log := c.logger(slog.LevelWarn)
	b := know.bot(log)
	ctx := context.Background()
	if lines {
		return console.Lines(ctx, b, c.stdin, c.stdout, q.Explain, log)
	}
	m := bot.Message{Platform: "console", Conversation: "ask", User: "ask", Text: text, Private: true, Explain: q.Explain}
	r := b.Reply(ctx, m)
	if q.JSON {
		err = console.WriteJSON(c.stdout, console.Answer(m, r))
	} else {
		err = q.print(c, r)
	}
	if err != nil {
		return fmt.Errorf("writing the answer: %w", err)
	}
	if r.Kind != bot.KindAnswer && r.Kind != bot.KindHelp {
		return &exitError{code: exitNotAnswered}
	}
	return nil
}

func (askCommand) print(c *call, r bot.Reply) error {
	style := console.StyleOf(c.stdout, c.getenv)
	style.Static = true
	if err := console.Write(c.stdout, r, style); err != nil {
		return err
	}
	if len(r.Explanation) == 0 {
		return nil
	}
	_, err := fmt.Fprintf(c.stdout, "\n%s\n", strings.Join(r.Explanation, "\n"))
	return err
}
