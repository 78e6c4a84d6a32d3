# Sources compiled several at once (LINDEN_BATCHES): what they include is read, and its templates are compiled, once.
# tools/batches.py says which go together; without Python each is compiled alone.
if(LINDEN_BATCHES)
  find_package(Python3 QUIET COMPONENTS Interpreter)
endif()

# linden_in_batches(<target>): of its C++ sources, those that have no options of their own. Call it where the target is
# made, after its last source.
function(linden_in_batches target)
  if(NOT LINDEN_BATCHES OR NOT Python3_FOUND)
    return()
  endif()
  get_target_property(all ${target} SOURCES)
  get_target_property(folder ${target} SOURCE_DIR)
  set(sources "")
  foreach(source IN LISTS all)
    if(source MATCHES "\\.cpp$")
      cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${folder})
      get_source_file_property(options ${source} COMPILE_OPTIONS)
      get_source_file_property(alone ${source} SKIP_PRECOMPILE_HEADERS)
      if(NOT options AND NOT alone AND source MATCHES "^${PROJECT_SOURCE_DIR}/(src|tests)/")
        list(APPEND sources ${source})
      endif()
    endif()
  endforeach()
  execute_process(COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/batches.py 10 ${sources}
                  OUTPUT_VARIABLE batches COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[^\n]+" batches "${batches}")
  foreach(line IN LISTS batches)
    string(REGEX MATCH "^([0-9]+) (.*)$" line "${line}")
    set_source_files_properties(${CMAKE_MATCH_2} PROPERTIES UNITY_GROUP ${target}_${CMAKE_MATCH_1})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()
