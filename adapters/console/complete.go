package console

import (
	"strings"

	"summitbot/bot"
)

// A completer is a core that can say what commands there are and what their arguments may become.
type completer interface {
	Commands() []bot.Command
	Complete(command, option, typed string, limit int) []bot.Choice
}

// mostCompletions is how many lines the Tab key goes through.
const mostCompletions = 20

// completions are the lines that a line being typed may become, the likeliest first: a command's name, and then its
// arguments. A question in words is not completed.
func completions(core completer, line string) []string {
	name, typed, named := strings.Cut(line, " ")
	if !strings.HasPrefix(name, "/") {
		return nil
	}
	name = name[1:]
	var lines []string
	for _, c := range core.Commands() {
		switch {
		case !named && strings.HasPrefix(c.Name, strings.ToLower(name)):
			lines = append(lines, "/"+c.Name+" ")
		case named && c.Name == strings.ToLower(name) && len(c.Options) > 0:
			before, option := "/"+c.Name+" ", c.Options[0]
			if len(c.Options) > 1 {
				// Of several arguments the last is being typed, and each is one word.
				last := strings.LastIndexByte(typed, ' ') + 1
				before, typed = before+typed[:last], typed[last:]
				option = c.Options[min(len(strings.Fields(before)), len(c.Options))-1]
			}
			if option.Required {
				break // a question in words: what completes it in a menu is no text to send
			}
			for _, choice := range core.Complete(c.Name, option.Name, typed, mostCompletions) {
				lines = append(lines, before+choice.Action)
			}
		}
	}
	return lines
}

// A tab goes through the completions of a line, one at each press.
type tab struct {
	core completer
	list []string
	at   int // in list, of what the last press made the line
}

// press is called for each key, as term.Terminal.AutoCompleteCallback says.
func (t *tab) press(line string, pos int, key rune) (newLine string, newPos int, ok bool) {
	if key != '\t' {
		return "", 0, false
	}
	switch {
	case len(t.list) > 0 && line == t.list[t.at]:
		t.at = (t.at + 1) % len(t.list)
	case pos == len(line):
		t.list, t.at = completions(t.core, line), 0
	default:
		t.list = nil
	}
	if len(t.list) == 0 {
		return line, pos, true // a tab is no text
	}
	return t.list[t.at], len(t.list[t.at]), true
}
