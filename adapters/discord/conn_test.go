package discord

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"summitbot/bot"
)

// A wire is a connection that brings some bytes and takes any.
type wire struct {
	net.Conn
	in  *bytes.Reader
	out bytes.Buffer
}

func (w *wire) Read(p []byte) (int, error)       { return w.in.Read(p) }
func (w *wire) Write(p []byte) (int, error)      { return w.out.Write(p) }
func (w *wire) Close() error                     { return nil }
func (w *wire) SetReadDeadline(time.Time) error  { return nil }
func (w *wire) SetWriteDeadline(time.Time) error { return nil }

const upgrade = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"

func linkOver(in []byte) (*link, *wire) {
	w := &wire{in: bytes.NewReader(in)}
	l := newLink(time.Second, time.Second)
	l.attach(w, nil)
	return l, w
}

func text(s string) []byte { return appendFrame(nil, frameText, []byte(s)) }

func TestLinkPassesWhatTheLibraryMaySee(t *testing.T) {
	split := func(s string) []byte {
		b := append([]byte{frameText, byte(len(s) / 2)}, s[:len(s)/2]...)
		b = append(b, 0x89, 1, 'x') // a ping between the parts
		return append(append(b, 0x80|frameMore, byte(len(s)-len(s)/2)), s[len(s)/2:]...)
	}
	long := `{"op":0,"s":1,"t":"MESSAGE_CREATE","d":{"content":"` + strings.Repeat("x", 70000) + `"}}`
	tests := []struct {
		name string
		in   []byte
		want string
		end  error
	}{
		{"hello", text(`{"op":10,"d":{"heartbeat_interval":41250},"t":null,"s":null}`), `{"op":10,"d":{"heartbeat_interval":41250}}`, io.EOF},
		{"hello without an interval", text(`{"op":10,"d":{"heartbeat_interval":0}}`), "", nil},
		{"ready, without the guilds", text(`{"op":0,"s":1,"t":"READY","d":{"v":9,"session_id":"a","guilds":[null],"user":{"id":"5","x":1}}}`),
			`{"op":0,"s":1,"t":"READY","d":{"v":9,"session_id":"a","resume_gateway_url":"","user":{"id":"5"},"application":{"id":""}}}`, io.EOF},
		{"ready of nothing", text(`{"op":0,"s":1,"t":"READY","d":null}`), "", nil},
		{"message, in parts", split(`{"op":0,"s":7,"t":"MESSAGE_CREATE","d":{"id":"1"}}`), `{"op":0,"s":7,"t":"UNSEEN","d":null}`, io.EOF},
		{"long message", text(long), `{"op":0,"s":1,"t":"UNSEEN","d":null}`, io.EOF},
		{"other event", text(`{"op":0,"s":8,"t":"GUILD_CREATE","d":{"id":"1"}}`), `{"op":0,"s":8,"t":"UNSEEN","d":null}`, io.EOF},
		{"nonsense", append(text("null"), text("{")...), "", io.EOF},
		{"opcode 7", text(`{"op":7,"d":null}`), "", errReconnect},
		{"opcode 9", text(`{"op":9,"d":false}`), "", errInvalid},
		{"opcode 9, resumable", text(`{"op":9,"d":true}`), "", errResumable},
		{"ack", text(`{"op":11}`), `{"op":11}`, io.EOF},
		{"masked", []byte{0x81, 0x81, 0, 0, 0, 0, 'x'}, "", nil},
		{"compressed", []byte{0x82, 1, 'x'}, "", nil},
		{"continuation of nothing", []byte{0x80, 1, 'x'}, "", nil},
		{"too long", []byte{0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0}, "", nil},
		{"cut", []byte{0x81, 5, 'x'}, "", io.ErrUnexpectedEOF},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l, _ := linkOver(append([]byte(upgrade), test.in...))
			out, err := io.ReadAll(l)
			if err == nil {
				err = io.EOF
			}
			got, ok := strings.CutPrefix(string(out), upgrade)
			if !ok {
				t.Fatalf("the handshake is not passed on: %q", out)
			}
			var messages string
			for r := strings.NewReader(got); r.Len() > 0; {
				_, op, payload, err := readFrame(r, maxGatewayMessage)
				if err != nil {
					t.Fatal(err)
				}
				if op == frameText {
					messages += string(payload)
				}
			}
			if messages != test.want {
				t.Errorf("passed on %.300s, want %.300s", messages, test.want)
			}
			if test.end != nil && !errors.Is(err, test.end) || test.end == nil && errors.Is(err, io.EOF) {
				t.Errorf("ended by %v, want %v", err, test.end)
			}
		})
	}
}

func TestLinkHandsEventsOver(t *testing.T) {
	tests := []struct{ in, want string }{
		{`{"t":"MESSAGE_CREATE","s":7,"op":0,"d":{"id":"1","content":"a \"} b"}}`, `MESSAGE_CREATE {"id":"1","content":"a \"} b"}`},
		{` { "d" : [ {}, "x" ] , "op" : 0 , "t" : "INTERACTION_CREATE" } `, `INTERACTION_CREATE [ {}, "x" ]`},
		{`{"op":0,"t":"MESSAGE_CREATE","d":{"id":1]}`, `MESSAGE_CREATE {"id":1]`}, // whoever decodes it sees that
		{`{"op":0,"t":"MESSAGE_CREATE"}`, "MESSAGE_CREATE "},
		{`{"op":0,"t":"GUILD_CREATE","d":{}}`, ""},
		{`{"op":1,"t":"MESSAGE_CREATE","d":{}}`, ""},
		{`{"op":"0","t":"MESSAGE_CREATE","d":{}}`, ""},
		{`{"t":"MESSAGE_CREATE","d":{}}`, ""},
		{`{"op":0,"t":"MESSAGE_CREATE","d":{"id":"1"}`, ""},
		{`{"op":0,"t":"MESSAGE_CREATE" "d":{}}`, ""},
		{`["op":0,"t":"MESSAGE_CREATE","d":{}]`, ""},
	}
	for _, test := range tests {
		l, _ := linkOver(append([]byte(upgrade), text(test.in)...))
		got := ""
		l.take = func(event string, data json.RawMessage) { got = event + " " + string(data) }
		if _, err := io.ReadAll(l); err != nil && !errors.Is(err, io.EOF) {
			t.Errorf("%s: ended by %v", test.in, err)
		}
		if got != test.want {
			t.Errorf("%s: handed over %q, want %q", test.in, got, test.want)
		}
	}
}

func TestLinkTellsCloseCodes(t *testing.T) {
	for code, want := range map[int]fate{4000: resume, 4001: resume, 4002: resume, 4003: identify, 4004: perish, 4005: resume, 4007: identify, 4008: resume,
		4009: identify, 4010: perish, 4011: perish, 4012: perish, 4013: perish, 4014: perish, 1000: resume, 1001: resume, 4999: resume} {
		l, _ := linkOver(append([]byte(upgrade), 0x88, 3, byte(code>>8), byte(code), 'x'))
		_, err := io.ReadAll(l)
		if got, fatal := fateOf(err); got != want || (fatal != nil) != (want == perish) {
			t.Errorf("%d: %v, %v", code, got, fatal)
		}
		if got, _ := fateOf(l.why()); got != want {
			t.Errorf("%d: kept %v", code, l.why())
		}
	}
}

func TestLinkWrites(t *testing.T) {
	identify, beat, bye := maskedFrame(frameText, []byte(`{"op":2}`)), maskedFrame(frameText, []byte(`{"op":1}`)), maskedFrame(frameClose, []byte{3, 232})
	l, w := linkOver(append([]byte(upgrade), text(`{"op":10,"d":{"heartbeat_interval":20}}`)...))
	l.greeting = []byte(`{"op":6}`)
	io.ReadFull(l, make([]byte, len(upgrade)+3))
	l.Write(identify)
	if got := unmask(w.out.Bytes()); got != `{"op":6}` {
		t.Errorf("greeted with %q", got)
	}
	if _, err := l.Write(bye); !errors.Is(err, errNoFarewell) {
		t.Errorf("a close frame left: %v", err)
	}
	l.farewell()
	if _, err := l.Write(bye); err != nil {
		t.Error(err)
	}
	if _, err := l.Write(beat); err != nil {
		t.Error(err)
	}
	time.Sleep(15 * time.Millisecond)
	if _, err := l.Write(beat); !errors.Is(err, errNoAck) {
		t.Errorf("beat on without an acknowledgement: %v", err)
	}
	<-l.done
	n := w.out.Len()
	if _, err := l.Write(beat); !errors.Is(err, errNoAck) || w.out.Len() != n {
		t.Errorf("wrote after the end: %v", err)
	}
}

func TestAddressOfVersion(t *testing.T) {
	for in, want := range map[string]string{
		"wss://gateway.discord.gg":          "wss://gateway.discord.gg/?encoding=json&v=10#library",
		"wss://us-east.discord.gg/":         "wss://us-east.discord.gg/?encoding=json&v=10#library",
		"ws://proxy:80/gw?key=1&v=9":        "ws://proxy:80/gw?encoding=json&key=1&v=10#library",
		"wss://gateway.discord.gg/?v=8#top": "wss://gateway.discord.gg/?encoding=json&v=10#library",
	} {
		if got, err := ofVersion(in); got != want || err != nil {
			t.Errorf("%s: %s, %v; want %s", in, got, err, want)
		}
	}
	if got, err := ofVersion("wss://%zz"); err == nil {
		t.Errorf("malformed: %s", got)
	}
}

func unmask(frame []byte) string {
	key, b := frame[2:6], bytes.Clone(frame[6:6+frame[1]&0x7f])
	for i := range b {
		b[i] ^= key[i%4]
	}
	return string(b)
}

func TestTunnel(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Host != "gateway.discord.gg:443" || r.Header.Get("Proxy-Authorization") != "Basic dTpw" {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		c, _, _ := http.NewResponseController(w).Hijack()
		defer c.Close()
		io.WriteString(c, "HTTP/1.1 200 Connection established\r\n\r\n")
		io.CopyN(c, c, 4)
	}))
	defer proxy.Close()
	at, _ := url.Parse(proxy.URL)
	if _, err := tunnel(t.Context(), at, "gateway.discord.gg:443"); err == nil || !strings.Contains(err.Error(), "407") {
		t.Errorf("without a password: %v", err)
	}
	at.User = url.UserPassword("u", "p")
	c, err := tunnel(t.Context(), at, "gateway.discord.gg:443")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "ping")
	if b, err := io.ReadAll(c); string(b) != "ping" {
		t.Errorf("%q, %v", b, err)
	}
	if _, err := tunnel(t.Context(), &url.URL{Scheme: "socks5", Host: at.Host}, "x:1"); err == nil {
		t.Error("an unknown kind of proxy is used")
	}
}

func FuzzLink(f *testing.F) {
	f.Add([]byte(upgrade + "\x81\x04null"))
	f.Add(append([]byte(upgrade), text(`{"op":0,"s":1,"t":"READY","d":{"session_id":"x"}}`)...))
	f.Fuzz(func(t *testing.T, in []byte) {
		l, _ := linkOver(in)
		out, _ := io.ReadAll(l)
		if len(out) > 2*len(in)+1000 {
			t.Errorf("%d bytes of %d", len(out), len(in))
		}
		if l.why() == nil {
			t.Error("no cause")
		}
	})
}

func FuzzScreen(f *testing.F) {
	f.Add([]byte(`{"op":0,"s":1,"t":"READY","d":{"session_id":"x"}}`))
	f.Add([]byte(`{"op":0,"s":1,"t":"INTERACTION_CREATE","d":{}}`))
	f.Add([]byte(`{"op":10,"d":{"heartbeat_interval":1}}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		s, err := screen(in)
		if err != nil || s.message == nil {
			return
		}
		var e struct {
			Op   *int
			T    string
			Data json.RawMessage `json:"d"`
		}
		if json.Unmarshal(s.message, &e) != nil || e.Op == nil {
			t.Errorf("%q became %q", in, s.message)
		}
	})
}

// Opening a message by its quotes and brackets finds what decoding it would.
func FuzzOpen(f *testing.F) {
	f.Add([]byte(`{"op":0,"s":1,"t":"X","d":{"a":[1,"\\\"}"]}}`))
	f.Add([]byte(` {"d":"x","op" : 10,"s":null} `))
	f.Fuzz(func(t *testing.T, in []byte) {
		e, ok := open(in)
		var plain map[string]json.RawMessage
		if json.Unmarshal(in, &plain) != nil || bytes.Contains(in, []byte(`\u`)) { // with which a member's name can be written otherwise
			return
		}
		op, err := strconv.Atoi(string(plain["op"]))
		if !ok {
			if err == nil && bytes.Count(in, []byte(`"op"`)) == 1 {
				t.Errorf("%q: not opened", in)
			}
			return
		}
		if op != e.op || err != nil || !bytes.Equal(plain["d"], e.data) || string(bytes.Trim(plain["t"], `"`)) != e.event {
			t.Errorf("%q: %+v", in, e)
		}
	})
}

// Events of any shape are read without a panic.
func FuzzEvents(f *testing.F) {
	f.Add(true, []byte(`{"id":"5","channel_id":"6","type":19,"content":"<@1> x","author":{"id":"7"},"mentions":[{"id":"8"}],"referenced_message":{"author":{"id":"1"},"components":[{"components":[{"custom_id":"v.1.up:x"}]}]}}`))
	f.Add(false, []byte(`{"id":"5","application_id":"6","token":"t","type":5,"user":{"id":"7"},"data":{"custom_id":"f.1.x","components":[{"type":18,"component":{"value":"x"}}]}}`))
	f.Add(false, []byte(`{"id":"5","application_id":"6","token":"t","type":2,"guild_id":"1","member":{"user":{"id":"7"}},"data":{"name":"ask","type":3,"target_id":"9","resolved":{"messages":{"9":{"content":"x"}}}}}`))
	a, err := New(Config{Token: "x"}, &core{}, nil)
	if err != nil {
		f.Fatal(err)
	}
	a.who.User.ID = "1"
	f.Fuzz(func(t *testing.T, isMessage bool, raw []byte) {
		if isMessage {
			a.asked(raw)
			return
		}
		var i interaction
		if decode(raw, &i) {
			_, s, _ := a.understand(i)
			a.quietly(i, bot.Reply{}, s)
		}
	})
}
