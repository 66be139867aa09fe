package telegramtest

import (
	"cmp"
	"errors"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Check says what Telegram would find wrong with a message: its text, its entities and its keyboard as JSON.
func Check(text, entities, markup string) error {
	var s Server
	if _, _, no := s.text(text, "", entities); no != nil {
		return errors.New(no.description)
	}
	if no := s.markup(&Message{}, markup); no != nil {
		return errors.New(no.description)
	}
	if len(s.violations) > 0 {
		return errors.New(s.violations[0])
	}
	return nil
}

const maxText = 4096 // of a message, in UTF-16 units, after markup is parsed

// text reads a message's text with its markup or its entities, and refuses what Telegram refuses.
func (s *Server) text(text, mode, entities string) (string, []Entity, *refusal) {
	if !utf8.ValidString(text) {
		return "", nil, bad("strings must be encoded in UTF-8")
	}
	if len(text) > 1<<15 {
		return "", nil, bad("text is too long")
	}
	if text == "" {
		return "", nil, bad("message text is empty")
	}
	var es []Entity
	switch strings.ToLower(mode) {
	case "", "none":
		if entities != "" {
			var err error
			if es, err = decode[[]Entity](entities); err != nil {
				return "", nil, bad("can't parse entities JSON object")
			}
		}
		for _, e := range es {
			if !slices.Contains(styles, e.Type) {
				return "", nil, bad("can't parse MessageEntity: Unsupported type specified")
			}
		}
	case "html":
		var err error
		if text, es, err = ParseHTML(text); err != nil {
			return "", nil, bad("can't parse entities: %v", err)
		}
	default:
		return "", nil, bad("unsupported parse_mode")
	}
	if err := checkEntities(text, es); err != nil {
		return "", nil, bad("%v", err)
	}
	trimmed := strings.TrimRightFunc(text, unicode.IsSpace)
	lead := utf16len(trimmed) - utf16len(strings.TrimLeftFunc(trimmed, unicode.IsSpace))
	trimmed = strings.TrimLeftFunc(trimmed, unicode.IsSpace)
	length := utf16len(trimmed)
	if length == 0 {
		return "", nil, bad("text must be non-empty")
	}
	if length > maxText {
		return "", nil, bad("message is too long")
	}
	var kept []Entity
	for _, e := range es {
		end := min(e.Offset+e.Length-lead, length)
		e.Offset = max(e.Offset-lead, 0)
		if e.Length = end - e.Offset; e.Length > 0 {
			kept = append(kept, e)
		}
	}
	if len(kept) > 100 {
		s.violate("%d entities: Telegram drops those beyond the hundredth", len(kept))
	}
	for _, e := range kept {
		for _, f := range kept {
			if strings.HasSuffix(e.Type, "blockquote") && strings.HasSuffix(f.Type, "blockquote") && e != f &&
				e.Offset < f.Offset+f.Length && f.Offset < e.Offset+e.Length {
				s.violate("blockquotes inside each other")
			}
		}
	}
	return trimmed, kept, nil
}

var styles = []string{
	"bold", "italic", "underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre", "text_link", "text_mention",
	"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number",
}

// checkEntities is clean_input_string_with_entities: entities lie within the text and never inside a surrogate pair.
func checkEntities(text string, es []Entity) error {
	u := utf16.Encode([]rune(text))
	inside := func(at int) bool { return at > 0 && at < len(u) && u[at] >= 0xDC00 && u[at] <= 0xDFFF }
	for _, e := range es {
		switch {
		case e.Offset < 0:
			return fmt.Errorf("receive an entity with incorrect offset %d", e.Offset)
		case e.Length < 0:
			return fmt.Errorf("receive an entity with incorrect length %d", e.Length)
		case e.Length > 0 && e.Offset >= len(u):
			return fmt.Errorf("entity begins after the end of the text at UTF-16 offset %d", e.Offset)
		case inside(e.Offset):
			return fmt.Errorf("entity begins in a middle of a UTF-16 symbol at byte offset %d", e.Offset)
		case e.Offset+e.Length > len(u):
			return fmt.Errorf("entity beginning at UTF-16 offset %d ends after the end of the text at UTF-16 offset %d", e.Offset, e.Offset+e.Length)
		case inside(e.Offset + e.Length):
			return fmt.Errorf("entity beginning at UTF-16 offset %d ends in a middle of a UTF-16 symbol at byte offset %d", e.Offset, e.Offset+e.Length)
		}
	}
	return nil
}

var tags = map[string]string{
	"a": "text_link", "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "s": "strikethrough",
	"strike": "strikethrough", "del": "strikethrough", "u": "underline", "ins": "underline", "tg-spoiler": "spoiler",
	"span": "spoiler", "pre": "pre", "code": "code", "blockquote": "blockquote", "tg-emoji": "", "tg-time": "",
}

var (
	attribute = regexp.MustCompile(`^\s*([^\s=>/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9.-]+)))?`)
	reference = regexp.MustCompile(`^&(?:#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6})|(lt|gt|amp|quot));?`)
)

// ParseHTML reads Telegram's kind of HTML, as strictly as Telegram (do_parse_html in tdlib's MessageEntity.cpp), and with its
// words for what is wrong. Only four names of characters exist; & of any other is itself.
func ParseHTML(text string) (string, []Entity, error) {
	type open struct {
		tag, url   string
		expandable bool
		at         int
	}
	var (
		out   strings.Builder
		units int
		stack []open
		es    []Entity
	)
	put := func(s string) { out.WriteString(s); units += utf16len(s) }
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '&':
			m := reference.FindStringSubmatch(text[i:])
			if m == nil {
				put("&")
				i++
				continue
			}
			put(character(m))
			i += len(m[0])
		case c != '<':
			_, n := utf8.DecodeRuneInString(text[i:])
			put(text[i : i+n])
			i += n
		case strings.HasPrefix(text[i:], "</"):
			if len(stack) == 0 {
				return "", nil, inWords("Unexpected end tag at byte offset %d", i)
			}
			end := strings.IndexByte(text[i:], '>')
			if end < 0 {
				return "", nil, inWords("Unclosed end tag at byte offset %d", i)
			}
			name := strings.ToLower(strings.TrimSpace(text[i+2 : i+end]))
			last := stack[len(stack)-1]
			if name != "" && name != last.tag {
				return "", nil, inWords("Unmatched end tag at byte offset %d, expected \"</%s>\", found \"</%s>\"", i, last.tag, name)
			}
			stack = stack[:len(stack)-1]
			kind := tags[last.tag]
			if last.expandable {
				kind = "expandable_blockquote"
			}
			if units > last.at && kind != "" && (kind != "text_link" || last.url != "") {
				es = append(es, Entity{Type: kind, Offset: last.at, Length: units - last.at, URL: last.url})
			}
			i += end + 1
		default:
			end := strings.IndexAny(text[i:], "> \t\n\r")
			if end < 0 {
				return "", nil, inWords("Unclosed start tag at byte offset %d", i)
			}
			o := open{tag: strings.ToLower(text[i+1 : i+end]), at: units}
			if _, ok := tags[o.tag]; !ok {
				return "", nil, inWords("Unsupported start tag %q at byte offset %d", o.tag, i)
			}
			begin := i
			spoiler := false
			for i += end; ; {
				rest := strings.TrimLeftFunc(text[i:], unicode.IsSpace)
				i += len(text[i:]) - len(rest)
				if strings.HasPrefix(rest, ">") {
					i++
					break
				}
				m := attribute.FindStringSubmatch(rest)
				if rest == "" {
					return "", nil, inWords("Unclosed start tag %q at byte offset %d", o.tag, begin)
				}
				if m == nil || m[0] == "" {
					return "", nil, inWords("Empty attribute name in the tag %q at byte offset %d", o.tag, begin)
				}
				value := html.UnescapeString(cmp.Or(m[2], m[3], m[4]))
				switch {
				case o.tag == "a" && m[1] == "href":
					o.url = value
				case o.tag == "blockquote" && m[1] == "expandable":
					o.expandable = true
				case o.tag == "span" && m[1] == "class" && value == "tg-spoiler":
					spoiler = true
				}
				i += len(m[0])
			}
			if o.tag == "span" && !spoiler {
				return "", nil, inWords("Tag \"span\" must have class \"tg-spoiler\" at byte offset %d", begin)
			}
			stack = append(stack, o)
		}
	}
	if len(stack) > 0 {
		return "", nil, inWords("Can't find end tag corresponding to start tag %q", stack[len(stack)-1].tag)
	}
	slices.SortStableFunc(es, func(a, b Entity) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(b.Length, a.Length))
	})
	return out.String(), es, nil
}

func character(m []string) string {
	switch m[3] {
	case "lt":
		return "<"
	case "gt":
		return ">"
	case "amp":
		return "&"
	case "quot":
		return `"`
	}
	base, digits := 10, m[1]
	if m[2] != "" {
		base, digits = 16, m[2]
	}
	n, err := strconv.ParseInt(digits, base, 32)
	if err != nil || n == 0 || !utf8.ValidRune(rune(n)) {
		return m[0]
	}
	return string(rune(n))
}

// A telling is an error in Telegram's own words, which begin with a capital.
type telling string

func (t telling) Error() string { return string(t) }

func inWords(format string, args ...any) error { return telling(fmt.Sprintf(format, args...)) }
