package bot

import (
	"strings"

	"summitbot/kb/match"
)

// pressed makes of a message whose text picks what was offered last the message that a button would have sent.
func (b *Bot) pressed(m Message, text string) (Message, bool) {
	last, _ := b.talks.get(m.Conversation, b.now())
	c, ok := picked(text, last.choices)
	if ok {
		m.Text, m.Command, m.Args, m.Action = "", "", "", c.Action
	}
	return m, ok
}

// picked says which of the choices offered last a text picks: "2", "the second one", "none of these". A text that says
// anything else picks nothing.
func picked(text string, choices []Choice) (Choice, bool) {
	if len(choices) == 0 {
		return Choice{}, false
	}
	words := strings.Fields(match.Normal(text))
	for len(words) > 0 && pickFillers[words[0]] {
		words = words[1:]
	}
	for len(words) > 1 && pickFillers[words[len(words)-1]] {
		words = words[:len(words)-1]
	}
	if len(words) != 1 {
		return Choice{}, false
	}
	if words[0] == "none" || words[0] == "neither" {
		for _, c := range choices {
			if c.Action == noneAction {
				return c, true
			}
		}
		return Choice{}, false
	}
	n, ok := ordinals[words[0]]
	if words[0] == "last" {
		n, ok = len(choices), true
		if choices[n-1].Action == noneAction {
			n--
		}
	}
	if !ok || n < 1 || n > len(choices) {
		return Choice{}, false
	}
	return choices[n-1], true
}

var pickFillers = set("the", "one", "number", "option", "choice", "answer", "please", "yes", "i", "mean", "meant", "take", "of", "these", "them", "question", "no")

var ordinals = map[string]int{
	"1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6, "7": 7, "8": 8, "9": 9,
	"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "a": 1, "b": 2, "c": 3,
}
