package gaps

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"summitbot/kb"
)

const message = "asked in vain"

func TestRead(t *testing.T) {
	const log = `{"level":"INFO","msg":"serving"}
{"level":"INFO","msg":"asked in vain","why":"no_answer","question":"what do they eat?","entry":"x","confidence":0.1}
summitbot-1  | {"msg":"asked in vain","why":"rated_down","question":"lunch \u001b[31m menu\n?"}
level=INFO msg="asked in vain" question="another form"
{"msg":"asked in vain","why":"no_answer","question":"  "}
{"msg":"other","question":"asked in vain"}
{"msg":"asked in vain","why":"no_answer","question":"cut o
{"msg":"asked in vain","why":"none_of_these","question":"the last, without a line's end"}`
	got, err := Read(strings.NewReader(log), message)
	if err != nil {
		t.Fatal(err)
	}
	want := []Question{{"what do they eat?", "no_answer"}, {"lunch [31m menu ?", "rated_down"}, {"the last, without a line's end", "none_of_these"}}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", got, want)
	}
	long := `{"msg":"asked in vain","question":"` + strings.Repeat("x", 2*maxLine) + "\"}\n" + `{"msg":"asked in vain","question":"after it"}`
	if got, err := Read(strings.NewReader(long), message); err != nil || len(got) != 1 || got[0].Text != "after it" {
		t.Errorf("after a line that is too long: %d questions, %v", len(got), err)
	}
}

func questions(why string, texts ...string) (all []Question) {
	for _, t := range texts {
		all = append(all, Question{t, why})
	}
	return all
}

func TestFind(t *testing.T) {
	all := append(questions("no_answer", "What is for lunch?", "what is for lunch", "who pays the cook", "how deep is the sea there?", "is lunch served"),
		questions("rated_down", "WHAT IS FOR LUNCH?", "the sea: how deep?", "???")...)
	var got []string
	for _, g := range Find(all) {
		got = append(got, fmt.Sprint(g.Count, g.Wordings, g.Why))
	}
	want := []string{
		"4 [{What is for lunch? 3} {is lunch served 1}] [{no_answer 3} {rated_down 1}]",
		"2 [{how deep is the sea there? 1} {the sea: how deep? 1}] [{no_answer 1} {rated_down 1}]",
		"1 [{??? 1}] [{rated_down 1}]",
		"1 [{who pays the cook 1}] [{no_answer 1}]",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A draft is a knowledge base's file whatever was asked: an editor may lint it as it is.
func TestDraftLoads(t *testing.T) {
	groups := Find(questions("no_answer", "what: is \"lunch\"?", "- lunch #1", "'", "null", "*anchor &x", "what is lunch", "🥪 menu %YAML"))
	var draft bytes.Buffer
	if err := Draft(&draft, groups, func(Group) []string { return []string{"height", "keeper"} }); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# asked in vain", "height, keeper", "answer: TODO"} {
		if !strings.Contains(draft.String(), want) {
			t.Errorf("%q is not in the draft:\n%s", want, &draft)
		}
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../cmd/summitbot/testdata/kb")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "draft.yaml"), draft.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	base, err := kb.Load(os.DirFS(dir), "kb")
	if err != nil {
		t.Fatalf("%v\n%s", err, &draft)
	}
	if e, ok := base.Entry("draft-1"); !ok || e.Answer != "TODO" {
		t.Errorf("the draft is not in the knowledge base: %+v", e)
	}
}

func FuzzFind(f *testing.F) {
	f.Add(`{"msg":"asked in vain","why":"no_answer","question":"what?"}`)
	f.Add("{\"msg\":\"asked in vain\",\"question\":\"\\u0000\\ud800 é\"}\n{")
	f.Fuzz(func(t *testing.T, log string) {
		all, err := Read(strings.NewReader(log), message)
		if err != nil {
			t.Fatal(err)
		}
		groups := Find(all)
		n := 0
		for _, g := range groups {
			n += g.Count
		}
		if n != len(all) {
			t.Errorf("%d questions in groups, of %d", n, len(all))
		}
		var out bytes.Buffer
		if err := Draft(&out, groups, func(Group) []string { return nil }); err != nil {
			t.Error(err)
		}
	})
}
