package discord

import (
	"regexp"
	"strings"
	"unicode/utf16"
)

// size is a text's length as it is held against Discord's limits: in UTF-16 units, of which no counting has more.
func size(s string) int {
	n := 0
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

var web = regexp.MustCompile(`https?://[^\s<>()\[\]]+`)

// escape writes a plain text so that Discord shows it as it is: no markup, no mention. Web addresses stay what can be
// followed.
func escape(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 16)
	for strings.Contains(s, "http") {
		at := web.FindStringIndex(s)
		if at == nil {
			break
		}
		escapeInto(&b, s[:at[0]])
		b.WriteString(s[at[0]:at[1]])
		s = s[at[1]:]
	}
	escapeInto(&b, s)
	return b.String()
}

func escapeInto(b *strings.Builder, s string) {
	start, from := true, 0 // start of a line; what is not written yet
	for i := range len(s) {
		c := s[i]
		special := false
		switch c {
		case '\\', '*', '_', '~', '`', '|', '[', ']', '<', '>', '@', '#':
			special = true
		case '-', '+':
			special = start
		case '.':
			special = startsList(s[:i])
		}
		if special {
			b.WriteString(s[from:i])
			b.WriteByte('\\')
			from = i
		}
		start = c == '\n' || start && c == ' '
	}
	b.WriteString(s[from:])
}

// startsList says whether a text ends in a line of digits alone, after which a point makes a numbered list.
func startsList(s string) bool {
	line := strings.TrimLeft(s[strings.LastIndexByte(s, '\n')+1:], " ")
	return line != "" && strings.Trim(line, "0123456789") == ""
}

// shorten cuts a text to at most n units, at the end of a sentence if one is near, otherwise between words.
func shorten(s string, n int) string {
	if len(s) <= n || size(s) <= n { // no text has more units than bytes
		return s
	}
	const mark = " …"
	if n <= len(mark) {
		return ""
	}
	room, end := n-2, 0
	for i, r := range s {
		if room -= max(utf16.RuneLen(r), 1); room < 0 {
			end = i
			break
		}
	}
	head := s[:end]
	for i := len(head) - 1; i > len(head)/3; i-- {
		if (head[i] == ' ' || head[i] == '\n') && strings.ContainsRune(".!?", rune(head[i-1])) {
			return strings.TrimSpace(head[:i]) + mark
		}
	}
	if i := strings.LastIndexAny(head, " \n"); i > 0 && s[end] != ' ' && s[end] != '\n' {
		head = head[:i]
	}
	return strings.TrimRight(head, " \n,;:–-") + mark
}

// shown is a plain text, escaped and within n units.
func shown(s string, n int) string {
	s = strings.ToValidUTF8(s, "")
	for room := n; ; {
		e := escape(shorten(s, room))
		over := size(e) - n
		if over <= 0 || room <= 0 {
			return e
		}
		room = min(room, size(s)) - over
	}
}
