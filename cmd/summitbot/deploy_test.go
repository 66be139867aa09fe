package main

import (
	"encoding/json"
	"io/fs"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.yaml.in/yaml/v3"

	"summitbot/adapters/ops"
	"summitbot/config"
	"summitbot/kb"
)

const deployed = "../../deploy"

func file(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Whatever is set where the bot is deployed is a setting.
func TestDeployedSettings(t *testing.T) {
	known := map[string]bool{}
	for _, s := range config.Settings() {
		known[s.Env] = true
		if s.Secret {
			known[s.Env+"_FILE"] = true
		}
	}
	found := 0
	for _, root := range []string{deployed, "../../Dockerfile", "../../docs", "../../README.md", "../../SECURITY.md"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			for _, name := range regexp.MustCompile(`\b(?:SUMMITBOT_[A-Z_]+|(?:DISCORD|TELEGRAM)_TOKEN(?:_FILE)?)\b`).FindAllString(file(t, path), -1) {
				found++
				if !known[name] && name != "SUMMITBOT_SERVICE_HOST" && name != "SUMMITBOT_" {
					t.Errorf("%s: %s is no setting", path, name)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found < 20 {
		t.Errorf("only %d were found", found)
	}
}

// metrics are all that /metrics shows: by name, the values of each label.
func metrics(t *testing.T) map[string]map[string][]string {
	registry, names := prometheus.NewRegistry(), []string{"discord", "telegram"}
	m := ops.NewMetrics(registry, ops.Build{}, names)
	m.Loaded(&kb.Base{Version: "v"}, time.Unix(1e9, 0), false)
	b := ops.NewBoard(names)
	registry.MustRegister(b)
	w := httptest.NewRecorder()
	ops.Handler(ops.Options{Board: b, Metrics: registry}).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	all := map[string]map[string][]string{}
	for _, series := range regexp.MustCompile(`(?m)^([a-z_]+)(?:\{(.*)\})? `).FindAllStringSubmatch(w.Body.String(), -1) {
		if all[series[1]] == nil {
			all[series[1]] = map[string][]string{}
		}
		for _, label := range regexp.MustCompile(`(\w+)="([^"]*)"`).FindAllStringSubmatch(series[2], -1) {
			all[series[1]][label[1]] = append(all[series[1]][label[1]], label[2])
		}
	}
	return all
}

var metricNames = regexp.MustCompile(`\b(?:summitbot|process|go)_[a-z_]+\b`)

var selectors = regexp.MustCompile(`\b((?:summitbot|process|go)_[a-z_]+)\{([^}]*)\}`)

// Alerts and the dashboard are about metrics that there are, and the dashboard shows all of the bot's own.
func TestDeployedMetrics(t *testing.T) {
	known := metrics(t)
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(file(t, deployed+"/grafana/summitbot.json")), &dashboard); err != nil {
		t.Fatal(err)
	}
	shown := ""
	for _, p := range dashboard.Panels {
		if len(p.Targets) == 0 {
			t.Errorf("the panel %q shows nothing", p.Title)
		}
		for _, x := range p.Targets {
			shown += x.Expr + "\n"
		}
	}
	for where, text := range map[string]string{"the dashboard": shown, "the alerts": file(t, deployed+"/prometheus/alerts.yaml")} {
		for _, name := range metricNames.FindAllString(text, -1) {
			if known[name] == nil {
				t.Errorf("%s: there is no metric %s", where, name)
			}
		}
		for _, selector := range selectors.FindAllStringSubmatch(text, -1) {
			for _, want := range regexp.MustCompile(`(\w+)=~?"([^"]*)"`).FindAllStringSubmatch(selector[2], -1) {
				label, values := want[1], strings.Split(want[2], "|")
				there := known[selector[1]][label]
				switch {
				case label == "job", label == "instance": // Prometheus adds them
				case there == nil:
					t.Errorf("%s: %s has no label %s", where, selector[1], label)
				case strings.HasPrefix(values[0], "$"): // a variable of the dashboard
				case slices.ContainsFunc(values, func(v string) bool { return !slices.Contains(there, v) }):
					t.Errorf("%s: %s is never %s", where, selector[0], label)
				}
			}
		}
	}
	for name := range known {
		if strings.HasPrefix(name, "summitbot_") && !strings.HasSuffix(name, "_sum") && !strings.HasSuffix(name, "_count") && !strings.Contains(shown, name) {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
}

// The documentation says of each metric what it tells, and which values its labels take.
func TestDocumentedMetrics(t *testing.T) {
	doc := file(t, "../../docs/operations.md")
	rows := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(summitbot_[a-z_]+)` \\|.*$").FindAllStringSubmatch(doc, -1) {
		rows[row[1]] = row[0]
	}
	found := map[string]bool{}
	for name, labels := range metrics(t) {
		if !strings.HasPrefix(name, "summitbot_") {
			continue
		}
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			name = strings.TrimSuffix(name, suffix)
		}
		found[name] = true
		if rows[name] == "" {
			t.Errorf("%s is not documented", name)
		}
		for _, label := range []string{"outcome", "reason", "stage", "class", "result"} {
			for _, value := range labels[label] {
				if !strings.Contains(rows[name], "`"+value+"`") {
					t.Errorf("%s: the value %s of %s is not documented", name, value, label)
				}
			}
		}
	}
	for name := range rows {
		if !found[name] {
			t.Errorf("there is no metric %s", name)
		}
	}
}

// Each alert has a case in which it fires and one in which it does not, and a word in the documentation on what to do.
func TestAlerts(t *testing.T) {
	var rules struct {
		Groups []struct {
			Rules []struct{ Alert, Expr string }
		}
	}
	if err := yaml.Unmarshal([]byte(file(t, deployed+"/prometheus/alerts.yaml")), &rules); err != nil {
		t.Fatal(err)
	}
	var tests struct {
		Tests []struct {
			Rules []struct {
				Alert  string           `yaml:"alertname"`
				Firing []map[string]any `yaml:"exp_alerts"`
			} `yaml:"alert_rule_test"`
		}
	}
	if err := yaml.Unmarshal([]byte(file(t, deployed+"/prometheus/alerts.test.yaml")), &tests); err != nil {
		t.Fatal(err)
	}
	fires, silent := map[string]bool{}, map[string]bool{}
	for _, x := range tests.Tests {
		for _, r := range x.Rules {
			fires[r.Alert] = fires[r.Alert] || len(r.Firing) > 0
			silent[r.Alert] = silent[r.Alert] || len(r.Firing) == 0
		}
	}
	doc := file(t, "../../docs/operations.md")
	for _, g := range rules.Groups {
		for _, r := range g.Rules {
			if !fires[r.Alert] || !silent[r.Alert] {
				t.Errorf("%s has no case in which it fires, or none in which it does not", r.Alert)
			}
			if !strings.Contains(doc, "| `"+r.Alert+"` |") {
				t.Errorf("docs/operations.md does not say what to do about %s", r.Alert)
			}
		}
	}
	if len(fires) < 10 {
		t.Errorf("only %d alerts have tests", len(fires))
	}
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not there (Debian's package prometheus has it)")
	}
	for _, args := range [][]string{{"check", "rules", "alerts.yaml"}, {"test", "rules", "alerts.test.yaml"}} {
		cmd := exec.Command(promtool, args...)
		cmd.Dir = deployed + "/prometheus"
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

// The unit is sound, where systemd is there to say so.
func TestUnit(t *testing.T) {
	tool, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not there")
	}
	unit := filepath.Join(t.TempDir(), "summitbot.service")
	text := strings.ReplaceAll(file(t, deployed+"/systemd/summitbot.service"), "/usr/local/bin/summitbot", "/bin/true")
	if err := os.WriteFile(unit, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(tool, "verify", "--man=no", unit).CombinedOutput(); err != nil || strings.Contains(string(out), "summitbot.service:") {
		t.Errorf("%v\n%s", err, out)
	}
}

// The ports that are published, probed and scraped are the one that the image listens on.
func TestDeployedPort(t *testing.T) {
	address := regexp.MustCompile(`SUMMITBOT_OPS_ADDRESS=(\S+)`).FindStringSubmatch(file(t, "../../Dockerfile"))
	if address == nil {
		t.Fatal("the image does not say where it listens")
	}
	_, port, err := net.SplitHostPort(address[1])
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"../../Dockerfile": "EXPOSE " + port, deployed + "/compose.yaml": "127.0.0.1:" + port + ":" + port,
		deployed + "/kubernetes/deployment.yaml": "containerPort: " + port, deployed + "/kubernetes/service.yaml": "port: " + port,
	} {
		if !strings.Contains(file(t, path), want) {
			t.Errorf("%s does not hold %q", path, want)
		}
	}
}
