package console

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"summitbot/bot"
)

var quiet = slog.New(slog.DiscardHandler)

// replier is a core that a test dictates.
type replier func(bot.Message) bot.Reply

func (f replier) Reply(_ context.Context, m bot.Message) bot.Reply { return f(m) }

// echo answers with what it was asked, so that a test sees what arrived.
var echo = replier(func(m bot.Message) bot.Reply {
	return bot.Reply{Kind: bot.KindAnswer, Text: m.Text + "|" + m.Conversation + "|" + m.Locale, Lang: "en"}
})

// serve returns the objects for some lines.
func serve(t *testing.T, b bot.Replier, input string) []map[string]any {
	t.Helper()
	var out bytes.Buffer
	if err := Lines(context.Background(), b, strings.NewReader(input), &out, false, quiet); err != nil {
		t.Fatal(err)
	}
	var got []map[string]any
	for line := range strings.Lines(out.String()) {
		var object map[string]any
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		got = append(got, object)
	}
	return got
}

func TestJSONLines(t *testing.T) {
	tests := []struct{ line, text, fault string }{
		{line: `when did they meet?`, text: "when did they meet?|console#1|"},
		{line: `{"q": "when?"}`, text: "when?|console#1|"},
		{line: `  {"q": "when?", "lang": "pt", "conversation": "c1", "more": [1]}  `, text: "when?|console:c1|pt"},
		{line: "\uFEFF{\"q\": \"when?\"}\r", text: "when?|console#1|"},
		{line: `{"q": "\u00e9\n\ud83d\ude00 \ud800 <b>"}`, text: "é\n😀 \uFFFD <b>|console#1|"},
		{line: `/who lavrov`, text: "/who lavrov|console#1|"},
		{line: `"quoted"`, text: `"quoted"|console#1|`},
		{line: `42`, text: `42|console#1|`},
		{line: "a\x00b", text: "a\x00b|console#1|"},

		{line: ``, fault: "line 1: empty"},
		{line: `   `, fault: "line 1: empty"},
		{line: `{}`, fault: `line 1: no question: want {"q": "…"}`},
		{line: `{"q": null}`, fault: `line 1: no question: want {"q": "…"}`},
		{line: `{"q": ""}`, fault: "line 1: the question is empty"},
		{line: `{"q": " \n"}`, fault: "line 1: the question is empty"},
		{line: `{"q": 5}`, fault: `line 1: "q": want a text, got number`},
		{line: `{"q": {"q": "x"}}`, fault: `line 1: "q": want a text, got object`},
		{line: `{"q": "x", "conversation": 1}`, fault: `line 1: "conversation": want a text, got number`},
		{line: `["x"]`, fault: `line 1: want an object such as {"q": "…"}, got array`},
		{line: `{"q": "x"`, fault: "line 1: no valid JSON at byte 9: unexpected end of JSON input"},
		{line: `{"q": "x"} {"q": "y"}`, fault: "line 1: no valid JSON at byte 12: invalid character '{' after top-level value"},
		{line: `{q: x}`, fault: "line 1: no valid JSON at byte 2: invalid character 'q' looking for beginning of object key string"},
		{line: "{\"q\": \"\xff\"}", fault: "line 1: not UTF-8 text"},
		{line: "wh\xe9n", fault: "line 1: not UTF-8 text"},
		{line: strings.Repeat(`{"q":`, 12_000), fault: "line 1: no valid JSON at byte 50001: invalid character '{' exceeded max depth"},
		{line: `{"q": "` + strings.Repeat("x", 1<<20) + `"}`, fault: "line 1: 1048585 bytes long, 65536 at most"},
	}
	for _, tt := range tests {
		// Whatever a line is, the one after it is answered.
		got := serve(t, echo, tt.line+"\nnext")
		if len(got) != 2 || got[1]["text"] != "next|console#2|" {
			t.Errorf("%.60q: the next line got %v", tt.line, got)
			continue
		}
		if text, _ := got[0]["text"].(string); text != tt.text {
			t.Errorf("%.60q: text %q, want %q", tt.line, text, tt.text)
		}
		if fault, _ := got[0]["error"].(string); fault != tt.fault || (fault != "") != (got[0]["kind"] == "error") {
			t.Errorf("%.60q: %v error %q, want %q", tt.line, got[0]["kind"], fault, tt.fault)
		}
	}
}

func TestJSONKinds(t *testing.T) {
	for _, tt := range []struct {
		line string
		kind bot.Kind
		want string
	}{
		{"when?", bot.KindAnswer, "answer"},
		{"when?", bot.KindClarify, "clarify"},
		{"when?", bot.KindNoAnswer, "no_answer"},
		{"what can you do?", bot.KindHelp, "answer"},
		{"a very long question", bot.KindNotice, "no_answer"},
		{"thanks", bot.KindNone, "no_answer"},
		{"/help", bot.KindHelp, "answer"},
		{`{"q": " /who nobody"}`, bot.KindNotice, "answer"},
		{"/ask what?", bot.KindNoAnswer, "no_answer"},
	} {
		got := serve(t, replier(func(bot.Message) bot.Reply { return bot.Reply{Kind: tt.kind} }), tt.line)
		if got[0]["kind"] != tt.want {
			t.Errorf("%s with a reply of kind %s: %v, want %s", tt.line, tt.kind, got[0]["kind"], tt.want)
		}
	}
}

func TestJSONAnswer(t *testing.T) {
	b := replier(func(m bot.Message) bot.Reply {
		r := bot.Reply{
			Kind: bot.KindAnswer, Title: "Teams", Text: "Two sides.", Fields: []bot.Field{{Name: "Russia", Value: "Lavrov"}}, Items: []bot.Item{{Label: "2018", Text: "Helsinki"}, {Text: "x"}},
			Source: "Paper, §1", AsOf: "1 May 2020", Choices: []bot.Choice{{Label: "more", Action: "e:x"}},
			Entry: "teams", Confidence: .75, Lang: "en", Suggestions: []bot.Suggestion{{Entry: "a", Question: "b?", Text: "c"}},
		}
		if m.Explain {
			r.Explanation = []string{"because"}
		}
		return r
	})
	const tail = `"suggestions":[{"entry":"a","question":"b?","text":"c"}]`
	for _, tt := range []struct {
		line    string
		explain bool
		want    string
	}{
		{"teams?", false, `{"kind":"answer","entry":"teams","confidence":0.75,"lang":"en","text":"Two sides.\nRussia: Lavrov\n2018: Helsinki\nx",` + tail + "}\n"},
		{"/delegation", true, `{"kind":"answer","entry":"teams","confidence":0.75,"lang":"en","text":"Teams\nTwo sides.\nRussia: Lavrov\n2018: Helsinki\nx",` + tail + `,"explanation":["because"]}` + "\n"},
	} {
		var out bytes.Buffer
		if err := Lines(context.Background(), b, strings.NewReader(tt.line), &out, tt.explain, quiet); err != nil {
			t.Fatal(err)
		}
		if out.String() != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.line, &out, tt.want)
		}
	}
}

// A panic costs the line that caused it, is logged with its stack, and is not told to whoever asked.
func TestJSONLinesSurvivePanic(t *testing.T) {
	b := replier(func(m bot.Message) bot.Reply {
		if m.Text == "bad" {
			panic("what was asked")
		}
		return bot.Reply{Kind: bot.KindAnswer}
	})
	var out, log bytes.Buffer
	if err := Lines(context.Background(), b, strings.NewReader("bad\ngood\n"), &out, false, slog.New(slog.NewTextHandler(&log, nil))); err != nil {
		t.Fatal(err)
	}
	if first, second, _ := strings.Cut(out.String(), "\n"); first != `{"kind":"error","error":"line 1: internal fault"}` || !strings.HasPrefix(second, `{"kind":"answer"`) {
		t.Errorf("got %s", &out)
	}
	if !strings.Contains(log.String(), "TestJSONLinesSurvivePanic") {
		t.Errorf("no stack in the log: %s", &log)
	}
}

// Each answer must be there before the next question is written: a program may wait for it.
func TestJSONLinesStream(t *testing.T) {
	questions, ask := io.Pipe()
	answers, tell := io.Pipe()
	done := make(chan error)
	go func() { done <- Lines(context.Background(), echo, questions, tell, false, quiet) }()
	read := bufio.NewReader(answers)
	for _, q := range []string{"one", "", "three"} {
		if _, err := io.WriteString(ask, q+"\n"); err != nil {
			t.Fatal(err)
		}
		if line, err := read.ReadString('\n'); err != nil || q != "" && !strings.Contains(line, q) {
			t.Fatalf("%q: got %q, %v", q, line, err)
		}
	}
	ask.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestJSONLinesEndWhenNobodyReads(t *testing.T) {
	answers, tell := io.Pipe()
	answers.Close()
	err := Lines(context.Background(), echo, strings.NewReader("one\ntwo\n"), tell, false, quiet)
	if err == nil || !strings.Contains(err.Error(), "writing an answer") {
		t.Errorf("got %v", err)
	}
}

// repeated is one byte, many times, and then a line's end.
type repeated struct{ left int }

func (r *repeated) Read(p []byte) (int, error) {
	switch {
	case r.left < 0:
		return 0, io.EOF
	case r.left == 0:
		r.left--
		p[0] = '\n'
		return 1, nil
	}
	n := min(len(p), r.left)
	for i := range p[:n] {
		p[i] = 'x'
	}
	r.left -= n
	return n, nil
}

func TestLongLineTakesNoMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var out bytes.Buffer
	const size = 100 << 20
	if err := Lines(context.Background(), echo, &repeated{left: size}, &out, false, quiet); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if want := `{"kind":"error","error":"line 1: 104857600 bytes long, 65536 at most"}` + "\n"; out.String() != want {
		t.Errorf("got %s", &out)
	}
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 1<<20 {
		t.Errorf("%d bytes of memory were taken for a line of %d", taken, size)
	}
}

// Whatever comes in, each line gets one valid object with a kind that is known.
func FuzzJSONLines(f *testing.F) {
	f.Add([]byte("{\"q\": \"when?\"}\n\n{\xff\n/who x\r\n"), uint64(1))
	f.Add([]byte("{\"q\":\"\\ud800\",\"conversation\":\"\\u0000\"}\n[[[\n\"\n"), uint64(2))
	f.Fuzz(func(t *testing.T, data []byte, seed uint64) {
		random := rand.New(rand.NewPCG(seed, seed))
		b := replier(func(m bot.Message) bot.Reply {
			if !utf8.ValidString(m.Text) || strings.TrimSpace(m.Text) == "" {
				t.Errorf("the core was asked %q", m.Text)
			}
			kinds := []bot.Kind{bot.KindAnswer, bot.KindClarify, bot.KindNoAnswer, bot.KindHelp, bot.KindNotice, bot.KindNone}
			return bot.Reply{Kind: kinds[random.IntN(len(kinds))], Text: m.Text}
		})
		var out bytes.Buffer
		if err := Lines(context.Background(), b, bytes.NewReader(data), &out, false, quiet); err != nil {
			t.Fatal(err)
		}
		got := 0
		for line := range bytes.Lines(out.Bytes()) {
			got++
			var object struct{ Kind string }
			if err := json.Unmarshal(line, &object); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			switch object.Kind {
			case "answer", "clarify", "no_answer", "error":
			default:
				t.Errorf("kind %q", object.Kind)
			}
		}
		if want := len(plainly(data)); got != want {
			t.Errorf("%d answers to %d lines", got, want)
		}
	})
}
