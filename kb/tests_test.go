package kb

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"summitbot/kb/match"
)

func lighthouse(t testing.TB) *Base {
	t.Helper()
	b, err := Load(folder("a.yaml", `
entries:
  - {id: height, question: How high is it, answer: The tower has 42 metres.}
  - {id: lamp, question: How high is the lamp, answer: The lamp stands at 40 metres.}
not_told:
  - {id: cost, question: What did it cost, answer: The article does not say what the 42 metres cost.}
talk:
  - {id: hello, kind: greeting, question: Hello, answer: Hello!}
`), "kb")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestLoadTestsRefuses(t *testing.T) {
	const name = "cases.bad.test.yaml"
	_, err := LoadTests(fixture(t, name), "kb", lighthouse(t))
	if !IsBroken(err) {
		t.Fatalf("got %v", err)
	}
	golden(t, name, err.Error()+"\n")

	many := fstest.MapFS{"a.test.yaml": {Mode: os.ModeDir}}
	if _, err := LoadTests(many, "kb", lighthouse(t)); err == nil || err.Error() != "kb/a.test.yaml: this is no file (unreadable)" {
		t.Errorf("a folder with a file's name: %v", err)
	}
}

func TestLoadTests(t *testing.T) {
	fsys := fstest.MapFS{
		"a.test.yaml": {Data: []byte("questions:\n  - {ask: how tall, want: [height, none], tags: [short]}\n")},
		"b.test.yaml": {Data: []byte("questions:\n  - {ask: how tall, text: ['\\b42', metres], not: [lamp]}\ndialogues:\n  - {name: two, turns: [{ask: hi, want: [hello]}, {ask: cost, want: [none]}]}\n")},
		"c.test.yaml": {},
		"a.yaml":      {Data: []byte("nonsense")},
	}
	tests, err := LoadTests(fsys, "kb", lighthouse(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(tests.Questions) != 2 || len(tests.Dialogues) != 1 || len(tests.Dialogues[0].Turns) != 2 || tests.Dialogues[0].Name != "two" {
		t.Fatalf("read %+v", tests)
	}
	if c := tests.Questions[0]; c.String() != "height or none" || !reflect.DeepEqual(c.Tags, []string{"short"}) || c.At != (Position{"kb/a.test.yaml", 2, 5}) {
		t.Errorf("the first is %+v", c)
	}
	if c := tests.Questions[1]; c.String() != "/\\b42/, /metres/, not /lamp/" {
		t.Errorf("the second wants %s", c.String())
	}
	if none, err := LoadTests(fstest.MapFS{}, "kb", lighthouse(t)); err != nil || !reflect.DeepEqual(none, Tests{}) {
		t.Errorf("no tests are %+v, %v", none, err)
	}
}

func TestRight(t *testing.T) {
	pattern := func(s ...string) (out []Pattern) {
		for _, p := range s {
			out = append(out, Pattern{regexp.MustCompile(patternFlags + p)})
		}
		return out
	}
	for _, tt := range []struct {
		name        string
		c           Case
		entry, text string
		want        bool
	}{
		{"the entry that is wanted", Case{Want: []string{"height"}}, "height", "", true},
		{"one of those that are wanted", Case{Want: []string{"lamp", "height"}}, "height", "", true},
		{"another entry", Case{Want: []string{"height"}}, "lamp", "42 metres", false},
		{"silence that is wanted", Case{Want: []string{None}}, None, "It is not told.", true},
		{"silence that is not wanted", Case{Want: []string{"height"}}, None, "", false},
		{"silence that speaks of the right thing", Case{Text: pattern("42")}, None, "Not 42.", false},
		{"an answer instead of silence", Case{Want: []string{None}}, "height", "42 metres", false},
		{"the text of any entry", Case{Text: pattern("42", "METRES")}, "lamp", "42\nmetres", true},
		{"over two lines", Case{Text: pattern("42.*metres")}, "lamp", "42\nmetres", true},
		{"half of the text", Case{Text: pattern("42", "feet")}, "lamp", "42 metres", false},
		{"a text that must not be", Case{Text: pattern("42"), Not: pattern("lamp")}, "lamp", "The lamp has 42.", false},
		{"the entry in spite of its text", Case{Want: []string{"lamp"}, Text: pattern("feet"), Not: pattern("lamp")}, "lamp", "The lamp", true},
		{"nothing is wanted", Case{Not: pattern("feet")}, "lamp", "The lamp", false},
	} {
		if got := tt.c.Right(tt.entry, tt.text); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestCalibration(t *testing.T) {
	b := lighthouse(t)
	tests, err := LoadTests(folder("a.test.yaml", `questions:
  - {ask: how tall, want: [height]}
  - {ask: how many metres, text: [metres]}
  - {ask: price, want: [none]}
  - {ask: perhaps told, want: [none, height]}
  - {ask: perhaps told, want: [none], text: [metres]}
  - {ask: whose answer says that it is not told, want: [cost]}
dialogues:
  - {turns: [{ask: follow-ups are no questions by themselves, want: [lamp]}]}
`), "kb", b)
	if err != nil {
		t.Fatal(err)
	}
	want := []match.Test{{Text: "how tall", Right: []string{"height"}}, {Text: "how many metres", Right: []string{"height", "lamp"}}, {Text: "price"}, {Text: "whose answer says that it is not told"}}
	if got := tests.Calibration(b); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func FuzzLoadTests(f *testing.F) {
	for _, name := range []string{"testdata/cases.bad.test.yaml", "summit/last-met.test.yaml"} {
		data, err := os.ReadFile(filepath.FromSlash(name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, "The tower has 42 metres.")
	}
	b := lighthouse(f)
	f.Fuzz(func(t *testing.T, data []byte, text string) {
		tests, err := LoadTests(fstest.MapFS{"a.test.yaml": {Data: data}}, "kb", b)
		if err != nil {
			if !IsBroken(err) || strings.TrimSpace(err.Error()) == "" {
				t.Errorf("got %v", err)
			}
			return
		}
		for _, c := range tests.Questions {
			if c.Right(None, text) != (len(c.Want) > 0 && strings.Contains(" "+strings.Join(c.Want, " ")+" ", " none ")) {
				t.Errorf("%+v: silence is judged wrongly", c)
			}
			c.Right("height", text)
			if c.String() == "" {
				t.Errorf("%+v wants nothing", c)
			}
		}
		tests.Calibration(b)
	})
}
