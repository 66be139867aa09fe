package discordtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// A ConnFault is what goes wrong with a new connection to the gateway.
type ConnFault struct {
	Refuse         int  // HTTP status instead of the upgrade
	NoHello        bool // silence from the start
	ReconnectFirst bool // opcode 7 instead of Hello
	// After identify or resume, instead of the answer:
	Close     int    // a close frame
	Reconnect bool   // opcode 7
	Invalid   *bool  // opcode 9; the value says whether the session may be resumed
	Silent    bool   // nothing
	Garbage   string // a text message, before the answer
}

// BreakConnections gives the next connections a fault each; one with the zero value goes well.
func (s *Server) BreakConnections(faults ...ConnFault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connFaults = append(s.connFaults, faults...)
}

// A session is what can be resumed.
type session struct {
	id      string
	shard   [2]int
	intents int
	base    int      // how many were sent and not kept
	sent    []packet // those kept, for a resume
	gone    bool
	conn    *conn // nil while nobody listens
}

type packet struct {
	Op   int    `json:"op"`
	Seq  int    `json:"s,omitempty"`
	Type string `json:"t,omitempty"`
	Data any    `json:"d"`
}

type conn struct {
	ws     *websocket.Conn
	write  sync.Mutex
	silent atomic.Bool // writes nothing any more
	noAcks atomic.Bool
	path   string
}

func (c *conn) send(p packet) {
	if c.silent.Load() {
		return
	}
	c.write.Lock()
	defer c.write.Unlock()
	c.ws.SetWriteDeadline(time.Now().Add(5 * time.Second))
	c.ws.WriteJSON(p)
}

func (c *conn) text(t string) {
	c.write.Lock()
	defer c.write.Unlock()
	c.ws.WriteMessage(websocket.TextMessage, []byte(t))
}

func (c *conn) close(code int, why string) {
	c.write.Lock()
	c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, why), time.Now().Add(time.Second))
	c.write.Unlock()
	c.ws.UnderlyingConn().Close()
}

func (s *Server) gateway(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.connects++
	var fault ConnFault
	if len(s.connFaults) > 0 {
		fault, s.connFaults = s.connFaults[0], s.connFaults[1:]
	}
	s.happened()
	s.mu.Unlock()
	if fault.Refuse != 0 {
		http.Error(w, "refused", fault.Refuse)
		return
	}
	if q := r.URL.Query().Encode(); q != "encoding=json&v=10" && !s.set.Library {
		s.refused("the gateway's address: " + q)
		http.Error(w, "version and encoding", http.StatusBadRequest)
		return
	}
	up := websocket.Upgrader{}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer ws.Close()
	c := &conn{ws: ws, path: r.URL.Path}
	s.mu.Lock()
	s.conns = append(s.conns, c)
	s.mu.Unlock()
	defer s.forget(c)
	switch {
	case fault.NoHello:
		c.silent.Store(true)
	case fault.ReconnectFirst:
		c.send(packet{Op: 7})
	}
	c.send(packet{Op: 10, Data: map[string]any{"heartbeat_interval": s.set.Heartbeat.Milliseconds(), "_trace": []string{`["gateway-test",{"micros":0.0}]`}}})

	greeted := false
	for {
		_, raw, err := ws.ReadMessage()
		if err != nil {
			// 1000 and 1001 from the client end the session.
			if websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway) {
				s.end(c)
			}
			return
		}
		var p struct {
			Op   int             `json:"op"`
			Data json.RawMessage `json:"d"`
		}
		if json.Unmarshal(raw, &p) != nil {
			c.close(4002, "Decode error")
			return
		}
		switch p.Op {
		case 1:
			if !c.noAcks.Load() {
				c.send(packet{Op: 11})
			}
		case 2, 6:
			if greeted && p.Op == 2 && s.live(c) {
				c.close(4005, "Already authenticated")
				return
			}
			greeted = true
			if fault.Garbage != "" {
				c.text(fault.Garbage)
			}
			switch {
			case fault.Close != 0:
				c.close(fault.Close, "played")
				return
			case fault.Reconnect:
				c.send(packet{Op: 7})
				continue
			case fault.Invalid != nil:
				if !*fault.Invalid && p.Op == 6 {
					s.endSession(p.Data)
				}
				c.send(packet{Op: 9, Data: *fault.Invalid})
				continue
			case fault.Silent:
				c.silent.Store(true)
				continue
			}
			var code int
			if p.Op == 2 {
				code = s.identify(c, p.Data)
			} else {
				code = s.resume(c, p.Data)
			}
			if code != 0 {
				c.close(code, "refused")
				return
			}
		case 3, 4, 8:
		default:
			c.close(4001, "Unknown opcode")
			return
		}
	}
}

func (s *Server) refused(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusals = append(s.refusals, what)
}

func (s *Server) forget(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.sessions {
		if x.conn == c {
			x.conn = nil
		}
	}
	for i, x := range s.conns {
		if x == c {
			s.conns = append(s.conns[:i], s.conns[i+1:]...)
			break
		}
	}
	s.happened()
}

func (s *Server) live(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.sessions {
		if x.conn == c {
			return true
		}
	}
	return false
}

// end forgets the session of a connection.
func (s *Server) end(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.sessions {
		if x.conn == c {
			x.gone, x.conn = true, nil
		}
	}
}

func (s *Server) endSession(data json.RawMessage) {
	var d struct {
		SessionID string `json:"session_id"`
	}
	json.Unmarshal(data, &d)
	s.mu.Lock()
	defer s.mu.Unlock()
	if x := s.sessions[d.SessionID]; x != nil {
		x.gone, x.conn = true, nil
	}
}

const (
	intentGuildMessages  = 1 << 9
	intentDirectMessages = 1 << 12
	intentContent        = 1 << 15
	privileged           = 1<<1 | 1<<8 | intentContent
)

func (s *Server) identify(c *conn, data json.RawMessage) (closeCode int) {
	var d struct {
		Token   string  `json:"token"`
		Intents *int    `json:"intents"`
		Shard   *[2]int `json:"shard"`

		Properties struct {
			OS      string `json:"os"`
			Browser string `json:"browser"`
			Device  string `json:"device"`
		} `json:"properties"`
	}
	if s.set.Library {
		if json.Unmarshal(data, &d) != nil {
			return 4002
		}
	} else if err := strict(data, &d); err != nil || d.Properties.OS == "" || d.Properties.Browser == "" || d.Properties.Device == "" {
		s.refused(fmt.Sprintf("identify: %v: %+v", err, d.Properties))
		return 4002
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.identifies = append(s.identifies, time.Now())
	shard := [2]int{0, 1}
	if d.Shard != nil {
		shard = *d.Shard
	}
	switch {
	case d.Token != "Bot "+Token && d.Token != Token:
		return 4004
	case d.Intents == nil || *d.Intents < 0 || *d.Intents >= 1<<27:
		return 4013
	case *d.Intents&privileged&^intentContent != 0, *d.Intents&intentContent != 0 && !s.set.MessageContent:
		return 4014
	case shard[0] < 0 || shard[0] >= shard[1]:
		return 4010
	case shard[1] < s.set.NeedShards:
		return 4011
	}
	s.set.Identifies--
	x := &session{id: fmt.Sprintf("session%d", len(s.sessions)+1), shard: shard, intents: *d.Intents, conn: c}
	s.sessions[x.id] = x
	guilds := []map[string]any{{"id": GuildID, "unavailable": true}}
	for i := range s.set.Guilds {
		guilds = append(guilds, map[string]any{"id": strconv.Itoa(810000000000000000 + i), "unavailable": true})
	}
	ready := map[string]any{
		"v": 10, "session_id": x.id, "resume_gateway_url": s.ws("/resume"), "guilds": guilds, "shard": shard,
		"session_type": "normal", "user_settings": map[string]any{}, "relationships": []any{},
		"user":        map[string]any{"id": BotID, "username": "summitbot", "bot": true, "discriminator": "0000", "avatar": nil},
		"application": map[string]any{"id": AppID, "flags": 0},
	}
	if s.set.Bare {
		delete(ready, "resume_gateway_url")
		delete(ready, "application")
	}
	s.dispatch(x, "READY", ready)
	s.happened()
	return 0
}

func (s *Server) resume(c *conn, data json.RawMessage) (closeCode int) {
	var d struct {
		Token     string `json:"token"`
		SessionID string `json:"session_id"`
		Seq       int    `json:"seq"`
	}
	if json.Unmarshal(data, &d) != nil {
		return 4002
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.resumes++
	x := s.sessions[d.SessionID]
	switch {
	case d.Token != "Bot "+Token && d.Token != Token:
		return 4004
	case x == nil || x.gone:
		c.send(packet{Op: 9, Data: false})
		return 0
	case d.Seq > x.base+len(x.sent) || d.Seq < x.base:
		return 4007
	}
	x.conn = c
	for _, p := range x.sent[d.Seq-x.base:] {
		c.send(p)
	}
	s.dispatch(x, "RESUMED", map[string]any{"_trace": []string{}})
	s.happened()
	return 0
}

// dispatch sends an event to a session, or keeps it for its resume. The caller holds the lock.
func (s *Server) dispatch(x *session, event string, data any) {
	p := packet{Op: 0, Seq: x.base + len(x.sent) + 1, Type: event, Data: data}
	if s.set.Forget {
		x.base++
	} else {
		x.sent = append(x.sent, p)
	}
	if x.conn != nil {
		x.conn.send(p)
	}
}

// Dispatch sends an event to all sessions, as it is.
func (s *Server) Dispatch(event string, data any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.sessions {
		if !x.gone {
			s.dispatch(x, event, data)
		}
	}
}

func (s *Server) each(do func(*conn)) {
	s.mu.Lock()
	conns := append([]*conn(nil), s.conns...)
	s.mu.Unlock()
	for _, c := range conns {
		do(c)
	}
}

// Cut ends the gateway's connections without a word.
func (s *Server) Cut() { s.each(func(c *conn) { c.ws.UnderlyingConn().Close() }) }

// Close ends the gateway's connections with a close code. The sessions stay.
func (s *Server) Close(code int) { s.each(func(c *conn) { c.close(code, "played") }) }

// Reconnect sends opcode 7.
func (s *Server) Reconnect() { s.each(func(c *conn) { c.send(packet{Op: 7}) }) }

// Invalidate sends opcode 9, and forgets the sessions unless they may be resumed.
func (s *Server) Invalidate(resumable bool) {
	s.each(func(c *conn) {
		if !resumable {
			s.end(c)
		}
		c.send(packet{Op: 9, Data: resumable})
	})
}

// Silence lets the gateway's connections stand without a word from now on. What happens is kept for a resume.
func (s *Server) Silence() { s.each(func(c *conn) { c.silent.Store(true) }) }

// HoldAcks leaves heartbeats of the present connections unacknowledged.
func (s *Server) HoldAcks() { s.each(func(c *conn) { c.noAcks.Store(true) }) }

// AskHeartbeat sends opcode 1.
func (s *Server) AskHeartbeat() { s.each(func(c *conn) { c.send(packet{Op: 1}) }) }

// SendText sends a text message as it is.
func (s *Server) SendText(text string) { s.each(func(c *conn) { c.text(text) }) }

// Connected is how many sessions somebody listens to.
func (s *Server) Connected() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, x := range s.sessions {
		if x.conn != nil && !x.conn.silent.Load() {
			n++
		}
	}
	return n
}

// AwaitConnected waits until n sessions are listened to.
func (s *Server) AwaitConnected(n int) {
	s.tb.Helper()
	s.Until(fmt.Sprintf("%d sessions", n), 30*time.Second, func() bool { return s.Connected() == n })
}

// Identifies are the times at which sessions were begun; Resumes and Connects count.
func (s *Server) Identifies() []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]time.Time(nil), s.identifies...)
}

func (s *Server) Resumes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.resumes
}

func (s *Server) Connects() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connects
}

// Intents are those of the newest session.
func (s *Server) Intents() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x := s.sessions[fmt.Sprintf("session%d", len(s.sessions))]; x != nil {
		return x.intents
	}
	return 0
}

// ResumePaths are the paths of present connections.
func (s *Server) Paths() []string {
	var out []string
	s.each(func(c *conn) { out = append(out, c.path) })
	return out
}
