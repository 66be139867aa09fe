package bot

import (
	"fmt"
	"strings"

	"summitbot/kb"
)

// help says how to ask, and lists the commands.
func (b *Bot) help(call) Reply {
	r := Reply{
		Kind:  KindHelp,
		Title: "How to ask",
		Text: "In your own words, or in a few keywords, ask about " + b.base.Source.About + ".\n\n" +
			"Typing errors do no harm. Every answer says what it rests on; where I am not sure I ask back, and where the source tells nothing I say so.",
		Choices: b.starters(3),
	}
	for _, c := range b.Commands() {
		r.Items = append(r.Items, Item{c.Usage(), c.Description})
	}
	return r
}

// start greets whoever opens a chat.
func (b *Bot) start(c call) Reply {
	r := b.help(c)
	r.Title = "Hello!"
	return r
}

// about says what the bot is and what it knows.
func (b *Bot) about(call) Reply {
	s := b.base.Source
	r := Reply{
		Kind:  KindHelp,
		Title: "About this bot",
		Text: "I answer questions about " + s.About + ". All I know was taken by hand from one source; I look answers up and make none up, " +
			"and of what happened later I know nothing.",
		Fields: []Field{
			{"Source", b.base.Cite(nil)},
			{"As of", s.AsOf.String()},
			{"Answers", fmt.Sprintf("%d, and %s that the source leaves open", b.base.Count(kb.Told), plural(b.base.Count(kb.NotTold), "question", "questions"))},
			{"Knowledge base", "version " + b.base.Version},
		},
		Choices: []Choice{b.offer("help", "How to ask"), b.offer("sources", "Sources"), b.offer("privacy", "Privacy")},
	}
	fields := r.Fields[:0]
	for _, f := range r.Fields {
		if f.Value != "" && f.Value != "version " {
			fields = append(fields, f)
		}
	}
	r.Fields = fields
	return r
}

// privacy says what is kept.
func (b *Bot) privacy(call) Reply {
	kept := "Nothing of what you type is stored. "
	if b.keeps {
		kept = "Only questions to which I find no good answer are kept, without your name or any id, so that what is missing can be added. "
	}
	return Reply{
		Kind:  KindHelp,
		Title: "Privacy",
		Text:  kept + "The last topic of a conversation is remembered for a few minutes, so that you can ask on.",
	}
}

// sources says what everything rests on, and how citations read.
func (b *Bot) sources(call) Reply {
	s := b.base.Source
	r := Reply{Kind: KindHelp, Title: "Sources"}
	text := []string{b.base.Cite(nil) + "."}
	if !s.AsOf.IsZero() {
		text[0] = b.base.Cite(nil) + ". Everything is told as of " + s.AsOf.String() + "."
	}
	if s.URL != "" {
		text[0] += " " + s.URL
	}
	how := "Answers cite the source's paragraphs by number: §1 is the first, §§3–5 are the third to the fifth."
	if s.Paragraphs > 0 {
		how += fmt.Sprintf(" It has %d; pictures and headings are not counted.", s.Paragraphs)
	}
	r.Text = strings.Join(append(text, how), "\n\n")
	for _, x := range s.Sections {
		r.Items = append(r.Items, Item{x.Title, sectionSpan(x)})
	}
	return r
}

func sectionSpan(s kb.Section) string {
	if s.Last <= s.First {
		return fmt.Sprintf("§%d", s.First)
	}
	return fmt.Sprintf("§§%d–%d", s.First, s.Last)
}
