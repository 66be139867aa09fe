package console

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/term"
	"golang.org/x/text/width"

	"summitbot/bot"
)

// A Style says how replies are written. The zero value is plain text that is not wrapped.
type Style struct {
	Colour bool
	Static bool       // nothing can be chosen any more: choices are listed without numbers, and there are no pages to turn
	Width  func() int // columns to wrap at, asked anew for each reply; nil or 0 leaves lines as they are
}

// StyleOf suits a style to where replies go: wrapped on a terminal, and in colour unless NO_COLOR (no-color.org) or a dumb
// terminal speaks against it.
func StyleOf(out io.Writer, getenv func(string) string) Style {
	f := terminal(out)
	if f == nil {
		return Style{}
	}
	return Style{
		Colour: getenv("NO_COLOR") == "" && getenv("TERM") != "dumb",
		Width: func() int {
			columns, _, err := term.GetSize(int(f.Fd()))
			if err != nil {
				return 0
			}
			return columns
		},
	}
}

// The colours, as terminals know them.
const (
	bold  = "\x1b[1m"
	dim   = "\x1b[2m"
	plain = "\x1b[0m"
)

// Write writes a reply.
func Write(w io.Writer, r bot.Reply, s Style) error {
	p := page{style: s}
	if s.Width != nil {
		p.columns = s.Width()
	}
	p.reply(r)
	_, err := io.WriteString(w, p.b.String())
	return err
}

// A page is text as it grows.
type page struct {
	b       strings.Builder
	style   Style
	columns int // 0 is no limit
}

func (p *page) reply(r bot.Reply) {
	p.text(bold, "", "", r.Title)
	p.text("", "", "", r.Text)
	for _, f := range r.Fields {
		p.b.WriteByte('\n')
		p.text(bold, "", "", f.Name)
		p.text("", "  ", "  ", f.Value)
	}
	if len(r.Items) > 0 {
		p.b.WriteByte('\n')
	}
	for _, i := range r.Items {
		p.text("", "  ", "    ", item(i))
	}
	if r.Pages > 1 && !p.style.Static {
		p.text(dim, "", "", fmt.Sprintf("page %d of %d", r.Page, r.Pages))
	}
	if source := sourceLine(r); source != "" {
		p.b.WriteByte('\n')
		p.text(dim, "", "", source)
	}
	if len(r.Choices) > 0 || len(r.More) > 0 && !p.style.Static {
		p.b.WriteByte('\n')
	}
	if p.style.Static {
		for _, c := range r.Choices {
			p.text("", "  - ", "    ", c.Label)
		}
		return
	}
	for i, c := range numbered(r) {
		p.text("", fmt.Sprintf("%3d  ", i+1), "     ", c.Label)
	}
}

// numbered lists what can be chosen, in the order of its numbers.
func numbered(r bot.Reply) []bot.Choice {
	return slices.Concat(r.Choices, r.More)
}

func item(i bot.Item) string {
	if i.Label == "" {
		return i.Text
	}
	return i.Label + ": " + i.Text
}

func sourceLine(r bot.Reply) string {
	switch {
	case r.Source != "" && r.AsOf != "":
		return r.Source + " (as of " + r.AsOf + ")"
	case r.AsOf != "":
		return "as of " + r.AsOf
	}
	return r.Source
}

// text writes paragraphs, wrapped; the first line of all after first, the others after rest. An empty text is nothing.
func (p *page) text(colour, first, rest, text string) {
	if text == "" {
		return
	}
	for line := range strings.Lines(text) {
		for _, part := range wrap(clean(line), p.columns-columns(rest)) {
			p.b.WriteString(first)
			if p.style.Colour && colour != "" && part != "" {
				part = colour + part + plain
			}
			p.b.WriteString(part)
			p.b.WriteByte('\n')
			first = rest
		}
	}
}

// clean takes control characters out, so that no knowledge base can send a terminal commands.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, s)
}

// narrowest is the least width that text is wrapped to; below it a terminal's own wrapping is no worse.
const narrowest = 20

// wrap breaks a line between words so that no part has more columns than most, unless it is a single word.
func wrap(line string, most int) []string {
	if most < narrowest || columns(line) <= most {
		return []string{line}
	}
	var parts []string
	part, used := "", 0
	for _, word := range strings.Fields(line) {
		n := columns(word)
		switch {
		case part == "":
			part, used = word, n
		case used+1+n <= most:
			part, used = part+" "+word, used+1+n
		default:
			parts = append(parts, part)
			part, used = word, n
		}
	}
	return append(parts, part)
}

// columns is how wide a terminal shows a text.
func columns(s string) int {
	n := 0
	for _, r := range s {
		if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
			continue
		}
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}
