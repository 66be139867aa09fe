// Package manifests checks the files in deploy against the types of the programs that read them: Kubernetes' own, kustomize,
// and Compose's schema.
package manifests

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

const deploy = "../../deploy"

func build(t *testing.T, dir string) resmap.ResMap {
	t.Helper()
	m, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestKubernetes(t *testing.T) {
	kinds := map[string]any{
		"Namespace": &corev1.Namespace{}, "ServiceAccount": &corev1.ServiceAccount{}, "Service": &corev1.Service{}, "Deployment": &appsv1.Deployment{},
		"NetworkPolicy": &networkingv1.NetworkPolicy{}, "PodDisruptionBudget": &policyv1.PodDisruptionBudget{},
	}
	seen := map[string]bool{}
	for _, r := range build(t, deploy+"/kubernetes").Resources() {
		text, err := r.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		into, ok := kinds[r.GetKind()]
		if !ok {
			t.Errorf("%s is of a kind that is not checked", r.GetKind())
			continue
		}
		seen[r.GetKind()] = true
		if err := yaml.UnmarshalStrict(text, into); err != nil {
			t.Errorf("%s: %v", r.GetKind(), err)
		}
	}
	if len(seen) != len(kinds) {
		t.Errorf("only %v are there", seen)
	}

	d := kinds["Deployment"].(*appsv1.Deployment)
	labels := d.Spec.Template.Labels
	for what, selector := range map[string]map[string]string{
		"the deployment": d.Spec.Selector.MatchLabels, "the service": kinds["Service"].(*corev1.Service).Spec.Selector,
		"the network policy": kinds["NetworkPolicy"].(*networkingv1.NetworkPolicy).Spec.PodSelector.MatchLabels,
		"the budget":         kinds["PodDisruptionBudget"].(*policyv1.PodDisruptionBudget).Spec.Selector.MatchLabels,
	} {
		if len(selector) == 0 {
			t.Errorf("%s selects everything", what)
		}
		for k, v := range selector {
			if labels[k] != v {
				t.Errorf("%s selects %s=%s, which the pod has not", what, k, v)
			}
		}
	}
	restricted(t, d.Spec.Template.Spec)
}

// restricted holds a pod against the profile of that name: https://kubernetes.io/docs/concepts/security/pod-security-standards/
func restricted(t *testing.T, p corev1.PodSpec) {
	if s := p.SecurityContext; s == nil || s.RunAsNonRoot == nil || !*s.RunAsNonRoot || s.SeccompProfile == nil || s.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault {
		t.Error("the pod may run as root, or without seccomp")
	}
	if p.HostNetwork || p.HostPID || p.HostIPC || p.AutomountServiceAccountToken == nil || *p.AutomountServiceAccountToken {
		t.Error("the pod shares something of its host, or gets a token of the cluster")
	}
	for _, v := range p.Volumes {
		if v.Secret == nil && v.ConfigMap == nil {
			t.Errorf("the volume %s is neither a secret nor a config map", v.Name)
		}
	}
	for _, c := range p.Containers {
		s := c.SecurityContext
		if s == nil || s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation || s.ReadOnlyRootFilesystem == nil || !*s.ReadOnlyRootFilesystem ||
			s.Capabilities == nil || !slices.Equal(s.Capabilities.Drop, []corev1.Capability{"ALL"}) || len(s.Capabilities.Add) > 0 {
			t.Errorf("the container %s has privileges", c.Name)
		}
		if c.LivenessProbe == nil || c.ReadinessProbe == nil || c.Resources.Limits.Memory().IsZero() {
			t.Errorf("the container %s lacks a probe or a limit of memory", c.Name)
		}
	}
}

func TestMonitoring(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir+"/kubernetes", os.DirFS(deploy+"/kubernetes")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir+"/overlay", 0o700); err != nil {
		t.Fatal(err)
	}
	overlay := "resources: [../kubernetes]\ncomponents: [../kubernetes/monitoring]\nnamespace: summitbot\n"
	if err := os.WriteFile(dir+"/overlay/kustomization.yaml", []byte(overlay), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := build(t, dir+"/overlay").AsYaml()
	if err != nil || !strings.Contains(string(out), "kind: ServiceMonitor") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestCompose(t *testing.T) {
	options, err := cli.NewProjectOptions([]string{deploy + "/compose.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(context.Background()) // holds it against Compose's schema
	if err != nil {
		t.Fatal(err)
	}
	s := project.Services["summitbot"]
	if !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) || !slices.Contains(s.SecurityOpt, "no-new-privileges:true") || s.User != "65532:65532" ||
		s.MemLimit == 0 || s.HealthCheck == nil || len(s.Secrets) != 2 {
		t.Errorf("the service is not as it should be: %+v", s)
	}
	for _, p := range s.Ports {
		if p.HostIP != "127.0.0.1" {
			t.Errorf("port %s is published to everybody", p.Published)
		}
	}
}
