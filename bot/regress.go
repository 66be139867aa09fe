package bot

import (
	"context"
	"fmt"

	"summitbot/kb"
)

// A Failure is a regression question that was not answered as wanted.
type Failure struct {
	At   kb.Position
	Ask  string
	Want string
	Got  string // what was answered, in short
}

func (f Failure) String() string {
	return fmt.Sprintf("%s: %q: want %s, got %s", f.At, f.Ask, f.Want, f.Got)
}

// Regress asks all regression questions and returns those that fell, and how many were asked.
func (b *Bot) Regress(ctx context.Context, t kb.Tests) (failures []Failure, asked int) {
	ask := func(conversation string, c *kb.Case) {
		asked++
		r := b.Reply(ctx, Message{Platform: "test", Conversation: conversation, Text: c.Ask})
		got := kb.None
		if r.Kind == KindAnswer {
			got = r.Entry
		}
		if !c.Right(got, r.Text) {
			failures = append(failures, Failure{c.At, c.Ask, c.String(), fmt.Sprintf("%s (%s, %.2f, best %s)", got, r.Kind, r.Confidence, r.Entry)})
		}
	}
	for i := range t.Questions {
		ask(fmt.Sprint("question ", i), &t.Questions[i])
	}
	for i, d := range t.Dialogues {
		for j := range d.Turns {
			ask(fmt.Sprint("dialogue ", i), &d.Turns[j])
		}
	}
	return failures, asked
}
