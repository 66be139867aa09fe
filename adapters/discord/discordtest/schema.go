package discordtest

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// SpecVariable names the environment variable with the path of Discord's OpenAPI document
// (https://github.com/discord/discord-api-spec, specs/openapi.json). If it is set, all requests are held against it.
const SpecVariable = "SUMMITBOT_DISCORD_SPEC"

// A spec is the published schema of the requests.
type spec struct {
	compiler *jsonschema.Compiler
	requests []request

	mu      sync.Mutex
	schemas map[string]*jsonschema.Schema
}

type request struct {
	method string
	path   *regexp.Regexp
	at     string // a JSON pointer to the schema of the body; empty if there is none
}

var published = sync.OnceValues(func() (*spec, error) {
	file := os.Getenv(SpecVariable)
	if file == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", file, err)
	}
	s := &spec{compiler: jsonschema.NewCompiler(), schemas: make(map[string]*jsonschema.Schema)}
	s.compiler.DefaultDraft(jsonschema.Draft2020)
	if err := s.compiler.AddResource("mem:///spec.json", doc); err != nil {
		return nil, err
	}
	paths, _ := doc.(map[string]any)["paths"].(map[string]any)
	for path, methods := range paths {
		form := regexp.MustCompile(`\\\{\w+\\\}`).ReplaceAllString(regexp.QuoteMeta(path), `[^/]+`)
		for method, operation := range methods.(map[string]any) {
			r := request{method: strings.ToUpper(method), path: regexp.MustCompile("^" + form + "$")}
			if o, ok := operation.(map[string]any); ok && o["requestBody"] != nil {
				r.at = "/paths/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(path) + "/" + method + "/requestBody/content/application~1json/schema"
			}
			s.requests = append(s.requests, r)
		}
	}
	return s, nil
})

// check says how a request differs from the published schema.
func (s *spec) check(method, path string, body []byte) error {
	for _, r := range s.requests {
		if r.method != method || !r.path.MatchString(path) {
			continue
		}
		if r.at == "" {
			if len(body) > 0 {
				return fmt.Errorf("a body, of which the schema knows nothing")
			}
			return nil
		}
		schema, err := s.schema(r.at)
		if err != nil {
			return err
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err != nil {
			return err
		}
		return schema.Validate(value)
	}
	return fmt.Errorf("no such request in the schema")
}

func (s *spec) schema(at string) (*jsonschema.Schema, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.schemas[at]; c != nil {
		return c, nil
	}
	c, err := s.compiler.Compile("mem:///spec.json#" + strings.NewReplacer("{", "%7B", "}", "%7D").Replace(at))
	if err != nil {
		return nil, err
	}
	s.schemas[at] = c
	return c, nil
}
