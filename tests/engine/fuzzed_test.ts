/**
 * Cases that a fuzzer found: generated templates on which this engine and Go's once differed, shrunk,
 * with the answers of Helm's own engine (3.22.0 and 4.3.1, `v3` only where they differ).
 */

import { strictEqual } from "node:assert/strict";
import { chartFromFiles } from "../../lib/chart/from_files.ts";
import { messageOf } from "../../lib/errors.ts";
import { renderTemplates } from "../../lib/engine/render_templates.ts";

type Answer = string | { readonly error: string };

interface Row {
  readonly template: string;
  readonly helpers?: string;
  readonly values?: Record<string, unknown>;
  readonly set?: string[];
  readonly strict?: boolean;
  readonly v4: Answer;
  readonly v3?: Answer;
}

const CHART = `apiVersion: v2
name: probe
version: 0.1.0
appVersion: "1.2.3"
description: probe chart
type: application
`;

const rows: Row[] = [
  {
    template: '{{ js "a\\xffb\\xc3" | b64enc }}',
    v4: "Yf9iww==",
  },
  {
    template:
      '{{ toYamlPretty (dict "t" (toDate "2006-01-02" "2020-02-03") "l" (list .Capabilities.KubeVersion)) }}',
    v4: 'l:\n  - version: v1.37.0\n    major: "1"\n    minor: "37"\nt: 2020-02-03T00:00:00Z',
  },
  {
    template: '{{ toYamlPretty (dict "d" (mustToDuration "90m")) }}',
    v4: "d: 1h30m0s",
    v3: {
      error: 'parse error at (probe/templates/case.yaml:1): function "mustToDuration" not defined',
    },
  },
  {
    template: '{{ toYamlPretty (omit .Chart "IsRoot") | trunc 12 }}|{{ toToml .Chart | trunc 12 }}',
    v4: "APIVersion: |APIVersion =",
    v3: {
      error:
        'template: probe/templates/case.yaml:1:22: executing "probe/templates/case.yaml" at <.Chart>: wrong type for value; expected map[string]interface {}; got struct { chart.Metadata; IsRoot bool }',
    },
  },
  {
    template: '{{ toToml (dict "v" .Capabilities.KubeVersion "none" (regexFindAll "x" "y" -1)) }}',
    v4: '[v]\n  Version = "v1.37.0"\n  Major = "1"\n  Minor = "37"\n',
  },
  {
    template: '{{ deepCopy (dict "v" (semver "1.2.3")) }}',
    v4: "map[v:0.0.0]",
  },
  {
    template: "{{ toJson 2i }}|{{ toPrettyJson 2i }}|{{ toYaml 2i }}",
    v4: "||",
  },
  {
    template: "{{ toRawJson 2i }}",
    v4: {
      error:
        'template: probe/templates/case.yaml:1:3: executing "probe/templates/case.yaml" at <toRawJson 2i>: error calling toRawJson: json: unsupported type: complex128',
    },
  },
  {
    template:
      '{{ toToml 2i }}|{{ toToml (mustToDuration "90m") }}|{{ toToml (dict "d" (mustToDuration "90ns")) }}',
    v4: 'unsupported type for key \'\': complex128|"1h30m0s"|d = "90ns"\n',
    v3: {
      error: 'parse error at (probe/templates/case.yaml:1): function "mustToDuration" not defined',
    },
  },
  {
    template:
      '{{ fromJson "null" | toYaml }} {{ fromJson "null" | toJson }} {{ fromJsonArray "null" | toJson }} {{ fromJson "null" | len }}',
    v4: "null null null 0",
  },
  {
    template: '{{ set (fromJson "null") "a" 1 }}',
    v4: {
      error:
        'template: probe/templates/case.yaml:1:3: executing "probe/templates/case.yaml" at <set (fromJson "null") "a" 1>: error calling set: assignment to entry in nil map',
    },
  },
  {
    template:
      '{{ .Capabilities.KubeVersion }} {{ range list .Capabilities.KubeVersion }}{{ . }}{{ end }} {{ required "m" .Capabilities.KubeVersion }}',
    v4: "v1.37.0 {v1.37.0 v1.37.0 1 37} {v1.37.0 v1.37.0 1 37}",
    v3: "v1.37.0 {v1.37.0 1 37} {v1.37.0 1 37}",
  },
  {
    template: "{{ range .Capabilities.KubeVersion }}{{ end }}",
    v4: {
      error:
        'probe/templates/case.yaml:1:22\n  executing "probe/templates/case.yaml" at <.Capabilities.KubeVersion>:\n    range can\'t iterate over {v1.37.0 v1.37.0 1 37}',
    },
    v3: {
      error:
        'template: probe/templates/case.yaml:1:22: executing "probe/templates/case.yaml" at <.Capabilities.KubeVersion>: range can\'t iterate over {v1.37.0 1 37}',
    },
  },
  {
    template: '{{ (default "x" .Capabilities.KubeVersion).String }}',
    v4: {
      error:
        'probe/templates/case.yaml:1:29\n  executing "probe/templates/case.yaml" at <.Capabilities.KubeVersion>:\n    can\'t evaluate field String in type common.KubeVersion',
    },
    v3: {
      error:
        'template: probe/templates/case.yaml:1:29: executing "probe/templates/case.yaml" at <.Capabilities.KubeVersion>: can\'t evaluate field String in type chartutil.KubeVersion',
    },
  },
  {
    template:
      '{{ printf "%+v|%#v|%d|%q|%x|%5v|%t" .Capabilities.KubeVersion .Capabilities.KubeVersion .Capabilities.KubeVersion .Capabilities.KubeVersion .Capabilities.KubeVersion .Capabilities.KubeVersion .Capabilities.KubeVersion }}',
    v4:
      '{Version:v1.37.0 normalizedVersion:v1.37.0 Major:1 Minor:37}|common.KubeVersion{Version:"v1.37.0", normalizedVersion:"v1.37.0", Major:"1", Minor:"37"}|{%!d(string=v1.37.0) %!d(string=v1.37.0) %!d(string=1) %!d(string=37)}|{"v1.37.0" "v1.37.0" "1" "37"}|{76312e33372e30 76312e33372e30 31 3337}|{v1.37.0 v1.37.0     1    37}|{%!t(string=v1.37.0) %!t(string=v1.37.0) %!t(string=1) %!t(string=37)}',
    v3:
      '{Version:v1.37.0 Major:1 Minor:37}|chartutil.KubeVersion{Version:"v1.37.0", Major:"1", Minor:"37"}|{%!d(string=v1.37.0) %!d(string=1) %!d(string=37)}|{"v1.37.0" "1" "37"}|{76312e33372e30 31 3337}|{v1.37.0     1    37}|{%!t(string=v1.37.0) %!t(string=1) %!t(string=37)}',
  },
  {
    template: '{{ printf "%+v|%#v|%q" .Chart .Chart .Chart }}',
    v4:
      'map[APIVersion:v2 Annotations:map[] AppVersion:1.2.3 Condition: Dependencies:[] Deprecated:false Description:probe chart Home: Icon: IsRoot:true Keywords:[] KubeVersion: Maintainers:[] Name:probe Sources:[] Tags: Type:application Version:0.1.0]|map[string]interface {}{"APIVersion":"v2", "Annotations":map[string]string(nil), "AppVersion":"1.2.3", "Condition":"", "Dependencies":[]interface {}{}, "Deprecated":false, "Description":"probe chart", "Home":"", "Icon":"", "IsRoot":true, "Keywords":[]interface {}{}, "KubeVersion":"", "Maintainers":[]interface {}{}, "Name":"probe", "Sources":[]interface {}{}, "Tags":"", "Type":"application", "Version":"0.1.0"}|map["APIVersion":"v2" "Annotations":map[] "AppVersion":"1.2.3" "Condition":"" "Dependencies":[] "Deprecated":%!q(bool=false) "Description":"probe chart" "Home":"" "Icon":"" "IsRoot":%!q(bool=true) "Keywords":[] "KubeVersion":"" "Maintainers":[] "Name":"probe" "Sources":[] "Tags":"" "Type":"application" "Version":"0.1.0"]',
    v3:
      '{Metadata:{Name:probe Home: Sources:[] Version:0.1.0 Description:probe chart Keywords:[] Maintainers:[] Icon: APIVersion:v2 Condition: Tags: AppVersion:1.2.3 Deprecated:false Annotations:map[] KubeVersion: Dependencies:[] Type:application} IsRoot:true}|struct { chart.Metadata; IsRoot bool }{Metadata:chart.Metadata{Name:"probe", Home:"", Sources:[]string(nil), Version:"0.1.0", Description:"probe chart", Keywords:[]string(nil), Maintainers:[]*chart.Maintainer(nil), Icon:"", APIVersion:"v2", Condition:"", Tags:"", AppVersion:"1.2.3", Deprecated:false, Annotations:map[string]string(nil), KubeVersion:"", Dependencies:[]*chart.Dependency(nil), Type:"application"}, IsRoot:true}|{{"probe" "" [] "0.1.0" "probe chart" [] [] "" "v2" "" "" "1.2.3" %!q(bool=false) map[] "" [] "application"} %!q(bool=true)}',
  },
  {
    template: '{{ semverCompare "\\u00a0n\\ufeff\\u2028\\U000e0001\\x80b" "1.0.0" }}',
    v4: {
      error:
        'template: probe/templates/case.yaml:1:3: executing "probe/templates/case.yaml" at <semverCompare "\\u00a0n\\ufeff\\u2028\\U000e0001\\x80b" "1.0.0">: error calling semverCompare: improper constraint: "\\u00a0n\\ufeff\\u2028\\U000e0001\\x80b"',
    },
  },
  {
    template:
      '{{ toToml (dict "x-y" .Chart.Annotations "z" (fromJson "null")) }}|{{ toToml (fromJson "null") }}|{{ .Chart.Annotations | toJson }}|{{ .Chart.Annotations | toYaml }}|{{ len .Chart.Annotations }}|{{ .Chart.Annotations.x }}',
    v4: "||null|null|0|",
  },
  {
    template: "{{ .Values.YAML.x }}",
    v4: {
      error:
        'probe/templates/case.yaml:1:10\n  executing "probe/templates/case.yaml" at <.Values.YAML.x>:\n    can\'t evaluate field x in type string',
    },
    v3: {
      error:
        'template: probe/templates/case.yaml:1:10: executing "probe/templates/case.yaml" at <.Values.YAML.x>: can\'t evaluate field x in type string',
    },
  },
  {
    template: "{{ .Values.YAML.x 1 }}",
    v4: {
      error:
        'probe/templates/case.yaml:1:10\n  executing "probe/templates/case.yaml" at <.Values.YAML.x>:\n    can\'t evaluate field x in type string',
    },
    v3: {
      error:
        'template: probe/templates/case.yaml:1:10: executing "probe/templates/case.yaml" at <.Values.YAML.x>: can\'t evaluate field x in type string',
    },
  },
  {
    template: "{{ .Values.AsMap.a.b }}",
    values: {
      "a": "x",
    },
    v4: {
      error:
        'probe/templates/case.yaml:1:10\n  executing "probe/templates/case.yaml" at <.Values.AsMap.a.b>:\n    can\'t evaluate field b in type interface {}',
    },
    v3: {
      error:
        'template: probe/templates/case.yaml:1:10: executing "probe/templates/case.yaml" at <.Values.AsMap.a.b>: can\'t evaluate field b in type interface {}',
    },
  },
  {
    template: "{{ .Values.a.b.c }}",
    values: {
      "a": {
        "b": 1,
      },
    },
    v4: {
      error:
        'probe/templates/case.yaml:1:10\n  executing "probe/templates/case.yaml" at <.Values.a.b.c>:\n    can\'t evaluate field c in type interface {}',
    },
    v3: {
      error:
        'template: probe/templates/case.yaml:1:10: executing "probe/templates/case.yaml" at <.Values.a.b.c>: can\'t evaluate field c in type interface {}',
    },
  },
  {
    template: "{{ .Capabilities.KubeVersion.GitVersion.x }}",
    v4: {
      error:
        'probe/templates/case.yaml:1:16\n  executing "probe/templates/case.yaml" at <.Capabilities.KubeVersion.GitVersion.x>:\n    can\'t evaluate field x in type string',
    },
    v3: {
      error:
        'template: probe/templates/case.yaml:1:16: executing "probe/templates/case.yaml" at <.Capabilities.KubeVersion.GitVersion.x>: can\'t evaluate field x in type string',
    },
  },
  {
    template: '{{ substr 9223372036854775807 3 "abc" }}',
    v4: {
      error:
        'template: probe/templates/case.yaml:1:3: executing "probe/templates/case.yaml" at <substr 9223372036854775807 3 "abc">: error calling substr: runtime error: slice bounds out of range [9223372036854775807:3]',
    },
  },
  {
    template: '{{ fromToml "x\\x00y" }} {{ fromToml "a = \'bcd\\x00\'" }}',
    v4:
      "map[Error:toml: line 1: files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8] map[Error:toml: line 1 (last key \"a\"): TOML files cannot contain control characters: '0x00']",
  },
  {
    template:
      '{{ $v := semver "1.2.3-a+b" }}{{ printf "%v|%s|%q|%#v|%d|%t|%+v" $v $v $v $v $v $v $v }} {{ $n := $v.IncMajor }}{{ printf "%v|%s|%#v|%d|%t" $n $n $n $n $n }} {{ list $v $n }}',
    v4:
      '1.2.3-a+b|1.2.3-a+b|"1.2.3-a+b"|&semver.Version{major:0x1, minor:0x2, patch:0x3, pre:"a", metadata:"b", original:"1.2.3-a+b"}|&{1 2 3 %!d(string=a) %!d(string=b) %!d(string=1.2.3-a+b)}|&{%!t(uint64=1) %!t(uint64=2) %!t(uint64=3) %!t(string=a) %!t(string=b) %!t(string=1.2.3-a+b)}|1.2.3-a+b 2.0.0|2.0.0|semver.Version{major:0x2, minor:0x0, patch:0x0, pre:"", metadata:"", original:"2.0.0"}|{2 0 0 %!d(string=) %!d(string=) %!d(string=2.0.0)}|{%!t(uint64=2) %!t(uint64=0) %!t(uint64=0) %!t(string=) %!t(string=) %!t(string=2.0.0)} [1.2.3-a+b 2.0.0]',
  },
  {
    template: '{{ printf "%d %z" (list 1 "a") (mustToDuration "90s") }}',
    v4: "[1 %!d(string=a)] %!z(time.Duration=90000000000)",
    v3: {
      error: 'parse error at (probe/templates/case.yaml:1): function "mustToDuration" not defined',
    },
  },
  {
    template: "{{ ne .Values.a (list .Chart.Version) }}",
    values: {
      "a": {
        "b": 1,
      },
    },
    v4: {
      error:
        'template: probe/templates/case.yaml:1:3: executing "probe/templates/case.yaml" at <ne .Values.a (list .Chart.Version)>: error calling ne: non-comparable types map[b:%!s(float64=1)]: map[string]interface {}, []interface {}: [0.1.0]',
    },
  },
  {
    template: '{{ substr -1 9223372036854775807 "abc" }}',
    v4: {
      error:
        'template: probe/templates/case.yaml:1:3: executing "probe/templates/case.yaml" at <substr -1 9223372036854775807 "abc">: error calling substr: runtime error: slice bounds out of range [:9223372036854775807] with length 3',
    },
  },
];

for (const helmVersion of ["v3", "v4"] as const) {
  Deno.test(`renderTemplates() answers what a fuzzer found as Helm ${helmVersion} does`, async () => {
    for (const row of rows) {
      const expected = (helmVersion === "v3" ? row.v3 : undefined) ?? row.v4;
      const wanted = typeof expected === "string" ? expected : expected.error;
      strictEqual(await answer(row, helmVersion), wanted, row.template);
    }
  });
}

async function answer(row: Row, helmVersion: "v3" | "v4"): Promise<string> {
  const { template, helpers = "", values, set, strict } = row;
  try {
    const chart = chartFromFiles({
      "Chart.yaml": CHART,
      "templates/case.yaml": template,
      "templates/_helpers.tpl": helpers,
    }, { helmVersion });
    const release = { name: "rel", namespace: "ns" };
    const files = await renderTemplates(chart, {
      values,
      set,
      strict,
      release,
      helmVersion,
      timeZone: "UTC",
    });
    return files.get("probe/templates/case.yaml")!;
  } catch (error) {
    return messageOf(error);
  }
}
