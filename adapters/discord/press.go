package discord

import (
	"strconv"
	"strings"
)

// A press is what a button's custom_id holds: all that is needed to carry it out, on any instance and after a restart.
type press struct {
	kind   pressKind
	owner  string // whose question the button stands under
	action string // a bot.Choice's; for pressFollow the id of the entry
}

// A pressKind says what becomes of the message with the button.
type pressKind byte

const (
	pressRelated pressKind = 'r' // a related question: answered by a message of its own
	pressMeant   pressKind = 'm' // a "did you mean": the answer takes its place
	pressTurn    pressKind = 't' // the page of a list: it takes the place of the other page
	pressRate    pressKind = 'v' // did it help: thanked quietly
	pressFollow  pressKind = 'f' // a follow-up: opens a form
)

const maxCustomID = 100

// id is the custom_id, at most 76 bytes of ASCII: the owner's number is written in base 36.
func (p press) id() string {
	n, err := strconv.ParseUint(p.owner, 10, 64)
	if err != nil {
		n = 0
	}
	return string(p.kind) + "." + strconv.FormatUint(n, 36) + "." + p.action
}

func parsePress(id string) (press, bool) {
	kind, rest, ok := strings.Cut(id, ".")
	if !ok || len(kind) != 1 {
		return press{}, false
	}
	owner, action, ok := strings.Cut(rest, ".")
	if !ok {
		return press{}, false
	}
	n, err := strconv.ParseUint(owner, 36, 64)
	if err != nil {
		return press{}, false
	}
	switch k := pressKind(kind[0]); k {
	case pressRelated, pressMeant, pressTurn, pressRate, pressFollow:
		return press{k, strconv.FormatUint(n, 10), action}, true
	}
	return press{}, false
}
