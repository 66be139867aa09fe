package kb_test

import (
	"fmt"
	"testing/fstest"

	"summitbot/kb"
)

// A broken knowledge base is refused with all its faults, each at its place.
func ExampleLoad() {
	files := fstest.MapFS{"lighthouse.yaml": {Data: []byte(`
entries:
  - id: height
    question: How high is the lighthouse?
    anwser: 42 metres.
    paragraphs: [three]
`)}}
	_, err := kb.Load(files, "my-topic")
	fmt.Println(err)
	// Output:
	// my-topic/lighthouse.yaml:3:5: entry "height": no answer (missing)
	//     - id: height
	// my-topic/lighthouse.yaml:5:5: entries: unknown field "anwser", did you mean "answer"? (unknown-field)
	//     anwser: 42 metres.
	// my-topic/lighthouse.yaml:6:18: paragraphs: "three" is no whole number (value)
	//     paragraphs: [three]
}

// What can be used and could be better is found by Lint.
func ExampleLint() {
	files := fstest.MapFS{"lighthouse.yaml": {Data: []byte(`
source: {publisher: Harbour Gazette, paragraphs: 2}
entries:
  - id: height
    question: How high is the lighthouse?
    answer: 42 metres.
    paragraphs: [1]
    related: [width]
    asked: [how tall is the tower]
`)}}
	base, err := kb.Load(files, "my-topic")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range kb.Lint(base, nil) {
		fmt.Println(p)
	}
	// Output:
	// my-topic/lighthouse.yaml:2:9: no entry rests on §2 (uncited)
	// my-topic/lighthouse.yaml:4:5: height: 1 ways of asking, want 50 (few-phrasings)
	// my-topic/lighthouse.yaml:4:5: related of height: there is no entry "width" (dangling)
}
