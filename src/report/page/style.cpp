// How pages look: a palette for each theme, and the rules that use it.
#include <fmt/format.h>

#include <iterator>

#include "base/fail.hpp"
#include "report/page/page.hpp"

namespace linden::reporting {
namespace {

struct Colour {
  std::string_view name, light, dark;
};

// Texts have a contrast of 4.5 and more to what they stand on, lines and bars of 3 (tests/report/style_test.cpp).
constexpr Colour palette[] = {
    {"ground", "#f6f7f9", "#0f1318"},   {"card", "#ffffff", "#181d24"},     {"text", "#1b222c", "#e8ecf1"},
    {"muted", "#55606e", "#a8b2bf"},    {"rule", "#d9dee5", "#2c343f"},     {"grid", "#e8ebf0", "#262d37"},
    {"link", "#1a5fb4", "#86b7f5"},     {"strong", "#1a5fb4", "#86b7f5"},   {"series-0", "#1f6fb5", "#6fb1ee"},
    {"series-1", "#b3500a", "#f2a35e"}, {"series-2", "#1f7a4d", "#6fcf9c"}, {"series-3", "#7a3fa8", "#c9a0f2"},
    {"series-4", "#b0263a", "#f48f9a"}, {"series-5", "#5d6b1c", "#c0cc6a"}, {"heat-0", "#1f6fb5", "#6fb1ee"},
    {"heat-1", "#5557b0", "#9aa6f0"},   {"heat-2", "#7a3fa8", "#c9a0f2"},   {"heat-3", "#a02f74", "#e893c6"},
    {"heat-4", "#b0263a", "#f48f9a"},   {"notice", "#fff6e0", "#2b2414"},   {"notice-rule", "#b98500", "#d9a92e"},
};

constexpr std::string_view rules = R"css(
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-behavior:smooth}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--ground);color:var(--text);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;font-variant-numeric:tabular-nums}
header,main{max-width:1080px;margin:0 auto;padding:0 16px}
header{padding-top:36px}
h1{font-size:clamp(1.6rem,1.2rem + 1.8vw,2.3rem);line-height:1.2;margin:0 0 4px;letter-spacing:-.015em;overflow-wrap:anywhere}
header p{color:var(--muted);margin:0 0 20px;max-width:70ch}
h2{font-size:1.35rem;line-height:1.25;margin:0 0 8px;letter-spacing:-.01em;scroll-margin-top:96px}
h3{font-size:1.05rem;margin:28px 0 4px}
p{margin:8px 0;max-width:72ch;overflow-wrap:anywhere}
a{color:var(--link)}
a:focus-visible,summary:focus-visible,.scroll:focus-visible,pre:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:-999px}
.skip:focus{left:12px;top:12px;background:var(--card);padding:8px 14px;z-index:3}
nav{position:sticky;top:0;z-index:2;background:var(--ground);border-bottom:1px solid var(--rule)}
nav ul{display:flex;gap:2px;overflow-x:auto;list-style:none;max-width:1080px;margin:0 auto;padding:6px 10px;scrollbar-width:thin}
@media(min-width:700px){nav ul{flex-wrap:wrap}}
nav a{display:block;padding:6px 10px;white-space:nowrap;text-decoration:none;border-radius:6px;font-size:.92rem}
nav a:hover{background:var(--rule)}
section{background:var(--card);border:1px solid var(--rule);border-radius:12px;padding:22px clamp(14px,3vw,30px);margin:18px 0}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:10px;margin:16px 0}
.facts div{border:1px solid var(--rule);border-radius:10px;padding:10px 14px}
.facts dt{color:var(--muted);font-size:.85rem}
.facts dd{margin:0;font-size:1.4rem;font-weight:600;line-height:1.25;overflow-wrap:anywhere}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,330px),1fr));gap:26px;margin:16px 0}
figure{margin:0;min-width:0;max-width:520px}
figcaption strong{color:var(--text);font-weight:600;display:block}
figcaption{color:var(--muted);font-size:.92rem;line-height:1.45;margin-top:4px;overflow-wrap:anywhere}
.chart{display:block;width:100%;height:auto}
.spark{display:block;width:120px;height:26px}
.tree{display:block}
svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--text)}
svg text.tick,svg text.word{fill:var(--muted)}
svg text.name{fill:var(--text);font-weight:500}
svg text.small{font-size:11px;fill:var(--muted)}
.mid,.in{text-anchor:middle}
.end{text-anchor:end}
.grid{stroke:var(--grid);fill:none}
.axis{stroke:var(--muted);fill:none}
.line{stroke:var(--c);stroke-width:2.2;fill:none;stroke-linejoin:round}
.faint{stroke:var(--muted);stroke-width:.8;fill:none;opacity:.35}
.guide{stroke:var(--muted);stroke-width:1.3;stroke-dasharray:4 4;fill:none}
.dots{stroke:var(--c);stroke-width:3.6;stroke-linecap:round;stroke-opacity:.65;fill:none}
.dot{stroke:var(--c);stroke-width:7;stroke-linecap:round;fill:none}
.bar{fill:var(--c)}
.band{fill:var(--c);opacity:.18}
.whisker{stroke:var(--text);stroke-width:1.3;fill:none}
.rug{stroke:var(--muted);fill:none;opacity:.6}
.cell{fill:var(--strong)}
.edge{stroke:var(--muted);stroke-width:1.3;fill:none}
.node{fill:var(--card);stroke:var(--rule)}
.leaf{fill:var(--ground);stroke:var(--rule)}
.c0{--c:var(--series-0)}.c1{--c:var(--series-1)}.c2{--c:var(--series-2)}.c3{--c:var(--series-3)}.c4{--c:var(--series-4)}.c5{--c:var(--series-5)}
.h0{--c:var(--heat-0)}.h1{--c:var(--heat-1)}.h2{--c:var(--heat-2)}.h3{--c:var(--heat-3)}.h4{--c:var(--heat-4)}
.d1{stroke-dasharray:7 3}.d2{stroke-dasharray:2 3}.d3{stroke-dasharray:9 3 2 3}.d4{stroke-dasharray:12 4}.d5{stroke-dasharray:4 2}
.scroll{overflow-x:auto;margin:14px 0;scrollbar-width:thin}
table{border-collapse:collapse;font-size:.92rem;min-width:min(100%,420px)}
caption{text-align:left;color:var(--muted);padding-bottom:6px}
th,td{text-align:left;padding:5px 14px 5px 0;border-bottom:1px solid var(--rule);vertical-align:middle}
tbody th{font-weight:500;max-width:34ch;overflow-wrap:break-word}
thead th{font-weight:600;white-space:nowrap}
td.n{text-align:right;white-space:nowrap}
.notice{background:var(--notice);border-left:4px solid var(--notice-rule);padding:9px 14px;border-radius:0 8px 8px 0}
pre{background:var(--ground);border:1px solid var(--rule);border-radius:8px;padding:12px 14px;white-space:pre-wrap;overflow-wrap:anywhere;font:.88rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
details{border-top:1px solid var(--rule);padding:8px 0}
summary{cursor:pointer;font-weight:500;padding:6px 2px;border-radius:6px}
@media print{nav,.skip{display:none}section{break-inside:avoid;border:0}}
)css";

std::string variables(bool dark) {
  std::string text;
  for (const Colour& colour : palette)
    fmt::format_to(std::back_inserter(text), "--{}:{};", colour.name, dark ? colour.dark : colour.light);
  return text;
}

}  // namespace

std::string style() {
  return fmt::format(":root{{color-scheme:light dark;{}}}\n@media (prefers-color-scheme:dark){{:root{{{}}}}}{}",
                     variables(false), variables(true), rules);
}

std::string colour_of(std::string_view name, bool dark) {
  for (const Colour& colour : palette)
    if (colour.name == name) return std::string(dark ? colour.dark : colour.light);
  fail<ArgumentError>("style: no colour \"{}\".", name);
}

std::vector<std::string> colour_names() {
  std::vector<std::string> names;
  for (const Colour& colour : palette) names.emplace_back(colour.name);
  return names;
}

}  // namespace linden::reporting
