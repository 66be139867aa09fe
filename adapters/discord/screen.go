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

// unknown stands before the name of an event that the library is not to decode. It hands such an event to handlers of
// *discordgo.Event as it came. Decoded by the library (v0.29.0), a component of a type it does not know empties the whole
// message, and nulls where it expects a guild make it panic (discordgo issues 1562, 1683).
const unknown = "raw:"

// A screened message is what of a gateway message the library may see.
type screened struct {
	op       int
	message  []byte        // nil: nothing
	interval time.Duration // of heartbeats, from Hello
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
	var e struct {
		Op   *int            `json:"op"`
		Seq  int64           `json:"s"`
		Type string          `json:"t"`
		Data json.RawMessage `json:"d"`
	}
	if json.Unmarshal(message, &e) != nil || e.Op == nil {
		return screened{op: -1}, nil
	}
	s := screened{op: *e.Op}
	switch s.op {
	case opDispatch:
		return s, s.dispatch(e.Seq, e.Type, e.Data)
	case opReconnect:
		return s, errReconnect
	case opInvalid:
		if bytes.Equal(e.Data, []byte("true")) {
			return s, errResumable
		}
		return s, errInvalid
	case opHello:
		var hello struct {
			Interval int64 `json:"heartbeat_interval"` // milliseconds
		}
		// The library's ticker panics at an interval that is not positive.
		if json.Unmarshal(e.Data, &hello) != nil || hello.Interval < 1 || hello.Interval > 600_000 {
			return s, errors.New("the gateway's Hello has no usable heartbeat interval")
		}
		s.interval = time.Duration(hello.Interval) * time.Millisecond
		s.message = fmt.Appendf(nil, `{"op":10,"d":{"heartbeat_interval":%d}}`, hello.Interval)
	case opHeartbeat, opAck:
		s.message = fmt.Appendf(nil, `{"op":%d}`, s.op)
	}
	return s, nil
}

func (s *screened) dispatch(seq int64, event string, data json.RawMessage) error {
	switch event {
	case eventReady:
		var r ready
		if json.Unmarshal(data, &r) != nil || r.SessionID == "" {
			return errors.New("the gateway's READY names no session")
		}
		data, _ = json.Marshal(r)
	case eventResumed:
		data = json.RawMessage("{}")
	case eventMessage, eventInteraction:
		event = unknown + event
	default:
		// Of no use but for its number, which a resume must know.
		event, data = unknown, nil
	}
	if data == nil {
		data = json.RawMessage("null")
	}
	b := make([]byte, 0, len(data)+64)
	b = append(b, `{"op":0,"s":`...)
	b = strconv.AppendInt(b, seq, 10)
	b = append(b, `,"t":"`...)
	b = append(b, event...)
	b = append(b, `","d":`...)
	b = append(b, data...)
	s.message = append(b, '}')
	return nil
}
