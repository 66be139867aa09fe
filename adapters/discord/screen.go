package discord

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// The gateway's opcodes.
const (
	opDispatch  = 0
	opHeartbeat = 1
	opIdentify  = 2
	opResume    = 6
	opReconnect = 7
	opInvalid   = 9
	opHello     = 10
	opAck       = 11
)

// The dispatched events that the adapter looks at.
const (
	eventReady       = "READY"
	eventResumed     = "RESUMED"
	eventMessage     = "MESSAGE_CREATE"
	eventInteraction = "INTERACTION_CREATE"
)

// unseen is the name under which the library hears of all events but the two that it needs: only their numbers, of which a
// heartbeat tells the last. Decoded by the library (v0.29.0), a component of a type it does not know empties the whole message,
// and nulls where it expects a guild make it panic (discordgo issues 1562, 1683).
const unseen = "UNSEEN"

// A screened message is what of a gateway message is for whom.
type screened struct {
	op       int
	message  []byte          // for the library; nil: nothing
	interval time.Duration   // of heartbeats, from Hello
	event    string          // the name of an event for the adapter; empty: none
	data     json.RawMessage // the event's, which may be malformed
}

// A ready is what of a READY event matters here, and all of it that the library sees: the guilds of a large bot take
// megabytes.
type ready struct {
	Version     int    `json:"v"`
	SessionID   string `json:"session_id"`
	ResumeURL   string `json:"resume_gateway_url"`
	User        ident  `json:"user"`
	Application ident  `json:"application"`
}

type ident struct {
	ID string `json:"id"`
}

// screen reads a gateway message. An error ends the connection; a message that makes no sense is passed over.
func screen(message []byte) (screened, error) {
	e, ok := open(message)
	if !ok {
		return screened{op: -1}, nil
	}
	s := screened{op: e.op}
	switch s.op {
	case opDispatch:
		return s, s.dispatch(e)
	case opReconnect:
		return s, errReconnect
	case opInvalid:
		if bytes.Equal(e.data, []byte("true")) {
			return s, errResumable
		}
		return s, errInvalid
	case opHello:
		var hello struct {
			Interval int64 `json:"heartbeat_interval"` // milliseconds
		}
		// The library's ticker panics at an interval that is not positive.
		if json.Unmarshal(e.data, &hello) != nil || hello.Interval < 1 || hello.Interval > 600_000 {
			return s, errors.New("the gateway's Hello has no usable heartbeat interval")
		}
		s.interval = time.Duration(hello.Interval) * time.Millisecond
		s.message = fmt.Appendf(nil, `{"op":10,"d":{"heartbeat_interval":%d}}`, hello.Interval)
	case opHeartbeat, opAck:
		s.message = fmt.Appendf(nil, `{"op":%d}`, s.op)
	}
	return s, nil
}

func (s *screened) dispatch(e envelope) error {
	event, data := unseen, []byte("null")
	switch e.event {
	case eventReady:
		var r ready
		if json.Unmarshal(e.data, &r) != nil || r.SessionID == "" {
			return errors.New("the gateway's READY names no session")
		}
		event = eventReady
		data, _ = json.Marshal(r)
	case eventResumed:
		event, data = eventResumed, []byte("{}")
	case eventMessage, eventInteraction:
		s.event, s.data = e.event, e.data
	}
	s.message = fmt.Appendf(nil, `{"op":0,"s":%d,"t":"%s","d":%s}`, e.seq, event, data)
	return nil
}

// An envelope is a gateway message whose data is not read yet.
type envelope struct {
	op    int
	seq   int64
	event string
	data  []byte
}

// open reads the few members of a gateway message. Nearly all of it is the data, which whoever wants it checks and decodes;
// encoding/json would go through all of it three times for this.
func open(message []byte) (e envelope, ok bool) {
	rest := bytes.TrimSpace(message)
	if len(rest) == 0 || rest[0] != '{' {
		return e, false
	}
	for more := byte(','); more == ','; {
		var key, value []byte
		var colon byte
		if key, colon, rest = cutValue(rest[1:]); colon != ':' {
			return e, false
		}
		if value, more, rest = cutValue(rest[1:]); more != ',' && more != '}' {
			return e, false
		}
		var err error
		switch string(key) {
		case `"op"`:
			e.op, err = strconv.Atoi(string(value))
			ok = true
		case `"s"`:
			e.seq, _ = strconv.ParseInt(string(value), 10, 64) // null but in events
		case `"t"`:
			e.event = string(bytes.Trim(value, `"`))
		case `"d"`:
			e.data = value
		}
		if err != nil {
			return e, false
		}
	}
	return e, ok
}

// cutValue cuts the first JSON value off a text, with the sign that ends it, with which the rest begins. It looks at quotes and
// brackets alone.
func cutValue(b []byte) (value []byte, end byte, rest []byte) {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch c := b[i]; c {
		case '"':
			for i++; i < len(b) && b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
		case '}', ']', ',', ':':
			if depth == 0 {
				return bytes.TrimSpace(b[:i]), c, b[i:]
			}
			if c == '}' || c == ']' {
				depth--
			}
		}
	}
	return nil, 0, nil
}
