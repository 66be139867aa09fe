package telegram

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Telegram counts text in UTF-16 units: two for what lies beyond U+FFFF, one for all else.

const maxText = 4096 // units of a message, https://core.telegram.org/bots/api#sendmessage

func units(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

func utf16len(s string) int {
	n := 0
	for _, r := range s {
		n += units(r)
	}
	return n
}

// byteOffset is where in a string a number of units ends; beyond its end it is its end, inside a pair its beginning.
func byteOffset(s string, at int) int {
	for i, r := range s {
		if at < units(r) {
			return i
		}
		at -= units(r)
	}
	return len(s)
}

// span is the part of a text that an entity speaks of, in bytes. It lies within the text whatever the entity says.
func span(text string, e entity) (from, to int) {
	from = byteOffset(text, max(e.Offset, 0))
	to = from + byteOffset(text[from:], max(e.Length, 0))
	return from, to
}

// A styled text grows piece by piece and knows where each style begins and ends. Styles travel beside the text, as
// entities, so that nothing in the text has to be escaped and no markup can be broken.
type styled struct {
	text     strings.Builder
	units    int
	entities []entity
}

// add appends a piece in one style or none.
func (s *styled) add(piece, style string) {
	if piece == "" {
		return
	}
	piece = strings.ToValidUTF8(piece, "\uFFFD") // Telegram refuses anything else
	from := s.units
	s.text.WriteString(piece)
	s.units += utf16len(piece)
	if style != "" {
		s.mark(from, style)
	}
}

// gap puts line breaks between what is there and what follows, unless as many are there already.
func (s *styled) gap(breaks string) {
	text := s.text.String()
	for have := len(text) - len(strings.TrimRight(text, "\n")); have < len(breaks) && text != ""; have++ {
		s.add("\n", "")
	}
}

// mark gives a style to all that follows a place, but for space at its end, which Telegram would cut off anyway.
func (s *styled) mark(from int, style string) {
	text := s.text.String()[byteOffset(s.text.String(), from):]
	if n := utf16len(strings.TrimRightFunc(text, unicode.IsSpace)); n > 0 {
		s.entities = append(s.entities, entity{Type: style, Offset: from, Length: n})
	}
}

// A part is a text that fits a message, with its styles.
type part struct {
	Text     string
	Entities []entity
}

// parts splits the text where a reader would: between paragraphs, else lines, else sentences, else words. A style that
// reaches over a split goes on after it.
func (s *styled) parts(limit int) []part {
	text := s.text.String()
	var out []part
	for at := 0; ; { // at counts the units that are done
		lead := len(text) - len(strings.TrimLeftFunc(text, unicode.IsSpace))
		at += utf16len(text[:lead])
		text = text[lead:]
		if text == "" {
			return out
		}
		n := cut(text, limit)
		whole := strings.TrimRightFunc(text[:n], unicode.IsSpace)
		out = append(out, part{whole, clip(s.entities, at, utf16len(whole))})
		at += utf16len(text[:n])
		text = text[n:]
	}
}

// first is the text as one message: where it is too long it ends at a sentence, with an ellipsis.
func (s *styled) first(limit int) part {
	ps := s.parts(limit)
	switch len(ps) {
	case 0:
		return part{}
	case 1:
		return ps[0]
	}
	p := s.parts(limit - 2)[0]
	p.Text += " …"
	return p
}

// clip is what entities say about a stretch of the text.
func clip(all []entity, from, length int) []entity {
	var out []entity
	for _, e := range all {
		begin, end := max(e.Offset-from, 0), min(e.Offset+e.Length-from, length)
		if begin < end {
			e.Offset, e.Length = begin, end-begin
			out = append(out, e)
		}
	}
	return out
}

// cut is how many bytes of a text go into a message of so many units. It is at least one character.
func cut(text string, limit int) int {
	most := byteOffset(text, limit)
	if most == len(text) {
		return most
	}
	if most == 0 {
		_, n := utf8.DecodeRuneInString(text)
		return n
	}
	head, least := text[:most], most/2
	for _, end := range []func(string) int{
		func(s string) int { return strings.LastIndex(s, "\n\n") },
		func(s string) int { return strings.LastIndex(s, "\n") },
		sentence,
		func(s string) int { return strings.LastIndexFunc(s, unicode.IsSpace) },
	} {
		if n := end(head); n >= least {
			return n
		}
	}
	return most
}

// sentence is where the last whole sentence of a text ends, or -1.
func sentence(s string) int {
	for i := len(s); i > 0; {
		r, n := utf8.DecodeLastRuneInString(s[:i])
		i -= n
		if !unicode.IsSpace(r) {
			continue
		}
		before := strings.TrimRight(s[:i], `"'”’»)`)
		if strings.HasSuffix(before, ".") || strings.HasSuffix(before, "!") || strings.HasSuffix(before, "?") || strings.HasSuffix(before, "…") || strings.HasSuffix(before, "。") {
			return i
		}
	}
	return -1
}

// shorten ends a text at a word so that it has at most so many units.
func shorten(s string, limit int) string {
	if utf16len(s) <= limit {
		return s
	}
	head := s[:byteOffset(s, limit-1)]
	if i := strings.LastIndexFunc(head, unicode.IsSpace); i > len(head)/2 {
		head = head[:i]
	}
	return strings.TrimRightFunc(head, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) }) + "…"
}
