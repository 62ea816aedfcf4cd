// Command helm_engine times Helm's own engine, for the benchmark beside Capstan's.
//
// Each line of its input is a request, {"chart": "a/folder", "times": 5, "load": false}; each line of
// its output the answer: the milliseconds of every rendering, the size of what was rendered, or what
// went wrong. A chart is read once and then rendered again and again; with "load" it is read each
// time, and the reading counts.
package main

import (
	"bufio"
	"encoding/json"
	"io"
	"log"
	"log/slog"
	"os"
	"runtime"
	"time"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
)

type request struct {
	Chart string `json:"chart"`
	Times int    `json:"times"`
	Load  bool   `json:"load"`
}

type answer struct {
	Milliseconds []float64 `json:"milliseconds"`
	Characters   int       `json:"characters"`
	Memory       uint64    `json:"memory"`
	Error        string    `json:"error,omitempty"`
}

// bench keeps the charts it has read, with their dependencies processed.
type bench struct {
	charts map[string]*chart.Chart
}

func main() {
	log.SetOutput(io.Discard)
	slog.SetDefault(slog.New(slog.DiscardHandler))
	b := bench{charts: map[string]*chart.Chart{}}
	in := bufio.NewScanner(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		var asked request
		if err := json.Unmarshal(in.Bytes(), &asked); err != nil {
			panic(err)
		}
		if err := out.Encode(b.answer(asked)); err != nil {
			return
		}
	}
}

func (b *bench) answer(asked request) answer {
	result := answer{Milliseconds: []float64{}}
	if _, err := b.chart(asked.Chart); err != nil {
		result.Error = err.Error()
		return result
	}
	for range asked.Times {
		started := time.Now()
		if asked.Load {
			delete(b.charts, asked.Chart)
		}
		size, err := b.render(asked.Chart)
		if err != nil {
			result.Error = err.Error()
			return result
		}
		result.Milliseconds = append(result.Milliseconds, float64(time.Since(started).Nanoseconds())/1e6)
		result.Characters = size
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	result.Memory = stats.Sys
	return result
}

func (b *bench) chart(path string) (*chart.Chart, error) {
	if known, ok := b.charts[path]; ok {
		return known, nil
	}
	loaded, err := loader.Load(path)
	if err != nil {
		return nil, err
	}
	if err := chartutil.ProcessDependencies(loaded, common.Values{}); err != nil {
		return nil, err
	}
	b.charts[path] = loaded
	return loaded, nil
}

func (b *bench) render(path string) (int, error) {
	loaded, err := b.chart(path)
	if err != nil {
		return 0, err
	}
	release := common.ReleaseOptions{Name: "bench", Namespace: "default", Revision: 1, IsInstall: true}
	values, err := util.ToRenderValues(loaded, map[string]any{}, release, common.DefaultCapabilities)
	if err != nil {
		return 0, err
	}
	files, err := engine.Render(loaded, values)
	size := 0
	for _, text := range files {
		size += len(text)
	}
	return size, err
}
