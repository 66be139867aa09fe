package telegram

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"summitbot/bot"
)

// What a press of a button does is the first byte of its data; the rest is the action for the core, of at most 60 bytes, or
// nothing. All that a button needs is in it, so it works after a restart too.
const (
	pressNew    = '>' // answer in a message of its own
	pressHere   = '=' // answer in place of the message
	pressRate   = '!' // thank for a word on an answer
	pressFollow = '?' // ask for a follow-up
)

const (
	maxData  = 64  // bytes, https://core.telegram.org/bots/api#inlinekeyboardbutton
	maxQuery = 256 // characters of an inline query, https://core.telegram.org/bots/api#inlinequery
	maxLabel = 64  // units of a button's text; clients show less
)

// A view is where a reply is seen.
type view struct {
	group  bool   // others see it too
	inline bool   // there is one message, and it can only be edited
	share  bool   // inline mode is on, so that an answer can be passed on
	extra  string // a paragraph about Telegram itself, at the end of the text

	language string // of whoever asked, as Telegram tells it
}

// Text beyond so many units is folded: people see its beginning and a mark to open the rest.
const (
	foldPrivate = 1500
	foldGroup   = 700
)

// render gives a reply Telegram's form: its text and the buttons under it.
func render(r bot.Reply, v view) (*styled, *keyboard) {
	var s styled
	s.add(r.Title, "bold")
	s.gap("\n\n")
	body := s.units
	s.add(r.Text, "")
	for _, f := range r.Fields {
		s.gap("\n\n")
		s.add(f.Name, "bold")
		s.gap("\n")
		s.add(f.Value, "")
	}
	s.gap("\n\n")
	for _, it := range r.Items {
		s.add(it.Label, "bold")
		if it.Label != "" && it.Text != "" {
			s.add(" – ", "")
		}
		s.add(it.Text, "")
		s.gap("\n")
	}
	s.gap("\n\n")
	s.add(v.extra, "")
	limit := foldPrivate
	if v.group || v.inline {
		limit = foldGroup
	}
	if s.units-body > limit {
		s.mark(body, "expandable_blockquote")
	}
	s.gap("\n\n")
	s.add(sourceLine(r), "italic")
	return &s, buttons(r, v)
}

// sourceLine says what a reply rests on and which page of how many it is.
func sourceLine(r bot.Reply) string {
	var parts []string
	if r.Source != "" {
		parts = append(parts, "Source: "+r.Source)
	}
	if r.AsOf != "" {
		parts = append(parts, "as of "+r.AsOf)
	}
	if r.Pages > 1 {
		parts = append(parts, "page "+strconv.Itoa(r.Page)+" of "+strconv.Itoa(r.Pages))
	}
	return strings.Join(parts, " · ")
}

// buttons puts choices on lines of their own, short ones two to a line, then the pages, then what is about the message.
func buttons(r bot.Reply, v view) *keyboard {
	var k keyboard
	say := wordsOf(r.Lang, v.language)
	how := pressNew
	if v.inline || r.Kind == bot.KindClarify {
		how = pressHere
	}
	var choices, pages, last []button
	add := func(to *[]button, label string, press rune, action string) {
		data := string(press) + action
		if label != "" && len(data) <= maxData {
			*to = append(*to, button{Text: shorten(label, maxLabel), Data: data})
		}
	}
	short := len(r.Choices) > 3
	for _, c := range r.Choices {
		add(&choices, c.Label, how, c.Action)
		short = short && utf8.RuneCountInString(c.Label) <= 20
	}
	if r.Kind == bot.KindClarify && len(choices) > 0 {
		choices[0].Style = "primary"
	}
	for len(choices) > 0 {
		n := 1
		if short {
			n = min(2, len(choices))
		}
		k.Rows = append(k.Rows, choices[:n])
		choices = choices[n:]
	}
	for _, c := range r.More {
		add(&pages, c.Label, pressHere, c.Action)
	}
	if len(pages) > 0 {
		k.Rows = append(k.Rows, pages)
	}
	if r.Rate && r.Entry != "" {
		add(&last, "👍", pressRate, "up:"+r.Entry)
		add(&last, "👎", pressRate, "down:"+r.Entry)
	}
	if v.share && r.Kind == bot.KindAnswer && r.Rate && r.Title != "" && utf8.RuneCountInString(r.Title) <= maxQuery {
		last = append(last, button{Text: say.share, Switch: &r.Title})
	}
	if v.group && len(k.Rows)+len(last) > 0 {
		// In a group a reply to the bot is what surely reaches it; the button begins one.
		add(&last, say.followUp, pressFollow, "")
	}
	if len(last) > 0 {
		k.Rows = append(k.Rows, last)
	}
	if len(k.Rows) == 0 {
		return nil
	}
	return &k
}
