// Makes tests of the C++ in documents: extract_snippets ROOT DOCUMENT... > snippets.cpp.
//
// Of a Markdown file every ```cpp block is a snippet, of a header the code in its comments: what is set in by four
// blanks or more and ends as a statement ends. Snippets at the head of a header belong together, the others stand for
// themselves. A snippet becomes the body of a function in the namespace in_<document>, where context.hpp has what it
// takes for granted; whole programs are left to readme.program.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace {

struct Snippet {
  int line = 0;  ///< of its first line, from 1
  std::vector<std::string> code;
};

/// Without a comment at its end, and the blanks before.
std::string statement_of(const std::string& line) {
  std::string text = line.substr(0, line.find(" //"));
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

bool ends_statement(const std::string& line) {
  const std::string text = statement_of(line);
  return !text.empty() && (text.back() == ';' || text.back() == '}');
}

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path + " cannot be read");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::vector<Snippet> of_markdown(const std::vector<std::string>& lines) {
  std::vector<Snippet> snippets;
  bool inside = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].starts_with("```")) {
      inside = lines[i] == "```cpp";
      if (inside) snippets.push_back({static_cast<int>(i) + 2, {}});
    } else if (inside) {
      snippets.back().code.push_back(lines[i]);
    }
  }
  std::erase_if(snippets, [](const Snippet& s) {
    return std::any_of(s.code.begin(), s.code.end(), [](const std::string& l) { return l.starts_with("int main"); });
  });
  return snippets;
}

/// What follows the slashes of a comment and four blanks or more; nothing for other lines.
std::string code_of(const std::string& line) {
  const std::size_t slashes = line.find("//");
  if (slashes == std::string::npos || line.find_first_not_of(' ') != slashes) return "";
  const std::size_t text = line.find_first_not_of('/', slashes);
  const bool is_code = text != std::string::npos && line.compare(text, 4, "    ") == 0;
  return is_code ? line.substr(text + 4) : "";
}

std::vector<Snippet> of_header(const std::string& path, const std::vector<std::string>& lines) {
  std::vector<Snippet> snippets;
  bool at_head = true;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].starts_with("//")) at_head = false;
    Snippet block{static_cast<int>(i) + 1, {}};
    for (; i < lines.size() && !code_of(lines[i]).empty(); ++i) block.code.push_back(code_of(lines[i]));
    if (block.code.empty()) continue;
    const auto is_statement = [](const std::string& line) { return statement_of(line).ends_with(';'); };
    if (!ends_statement(block.code.back())) {
      if (std::any_of(block.code.begin(), block.code.end(), is_statement))
        throw std::runtime_error(path + ":" + std::to_string(block.line) + ": this code does not end as a statement");
      continue;  // a table, a formula
    }
    if (at_head && !snippets.empty()) {  // in the lines where they stand
      Snippet& first = snippets.front();
      first.code.resize(static_cast<std::size_t>(block.line - first.line));
      first.code.insert(first.code.end(), block.code.begin(), block.code.end());
    } else {
      snippets.push_back(block);
    }
  }
  return snippets;
}

std::string name_of(const std::string& path) {
  std::string name = path.substr(path.rfind('/') + 1);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return name;
}

}  // namespace

int main(int argc, char** argv) try {
  std::cout << "#include \"context.hpp\"\n";
  for (int i = 2; i < argc; ++i) {
    const std::string path = argv[i], name = name_of(path);
    const std::vector<std::string> lines = lines_of(std::string(argv[1]) + "/" + path);
    for (const Snippet& snippet : path.ends_with(".md") ? of_markdown(lines) : of_header(path, lines)) {
      std::cout << "\nnamespace in_" << name << " {\nstatic void line_" << snippet.line << "() {\n#line "
                << snippet.line << " \"" << path << "\"\n";
      for (const std::string& line : snippet.code) std::cout << line << '\n';
      std::cout << "}\n}\nTEST_F(Snippets, " << name << "_line_" << snippet.line << ") { in_" << name << "::line_"
                << snippet.line << "(); }\n";
    }
  }
} catch (const std::exception& error) {
  std::cerr << "extract_snippets: " << error.what() << '\n';
  return 1;
}
