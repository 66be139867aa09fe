// Command intents turns a public set of intents into a knowledge base: each intent is an entry, its examples are the
// phrasings, as given. The matcher is judged on such sets, which nobody here wrote.
//
//	go run ./kb/intents KB.jsonl DIR
//
// Each line of KB.jsonl is {"id": "…", "questions": ["…", …]}. Other keys are ignored.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

type entry struct {
	ID       string   `yaml:"id"`
	Question string   `yaml:"question"`
	Answer   string   `yaml:"answer"`
	Asked    []string `yaml:"asked"`
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: intents KB.jsonl DIR")
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		log.Fatal("intents: ", err)
	}
}

func run(from, dir string) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	var kb struct {
		Entries []entry `yaml:"entries"`
	}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for n := 1; lines.Scan(); n++ {
		var intent struct {
			ID        string   `json:"id"`
			Questions []string `json:"questions"`
		}
		if err := json.Unmarshal(lines.Bytes(), &intent); err != nil {
			return fmt.Errorf("%s:%d: %w", from, n, err)
		}
		name := strings.ReplaceAll(intent.ID, "_", " ")
		kb.Entries = append(kb.Entries, entry{intent.ID, name, "This is about: " + name + ".", intent.Questions})
	}
	if err := lines.Err(); err != nil {
		return err
	}
	data, err := yaml.Marshal(&kb)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "entries.yaml"), data, 0o644)
}
