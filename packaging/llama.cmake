# Builds of llama.cpp only what Octavo loads: half the time, and no HTTP client on the machine.
# CMake reads this file before the project() of llama-cpp-python (CMAKE_PROJECT_<name>_INCLUDE_BEFORE).

# llama-common serves llama.cpp's own programs: command line, downloads, HTTP. A plain variable hides the
# cache entry that llama-cpp-python forces on (policy CMP0126).
set(LLAMA_BUILD_COMMON OFF)

# The vision models are many small files with the same heavy headers; compile them in groups, as llama.cpp
# does with its language models.
function(group_vision_models)
  if(NOT TARGET mtmd)
    return()
  endif()
  get_target_property(folder mtmd SOURCE_DIR)
  get_target_property(others mtmd SOURCES)
  list(FILTER others EXCLUDE REGEX "^models/")
  list(TRANSFORM others PREPEND "${folder}/")
  set_property(SOURCE ${others} TARGET_DIRECTORY mtmd PROPERTY SKIP_UNITY_BUILD_INCLUSION ON)
  set_property(TARGET mtmd PROPERTY UNITY_BUILD ON)
  set_property(TARGET mtmd PROPERTY UNITY_BUILD_BATCH_SIZE 16)
endfunction()
cmake_language(DEFER CALL group_vision_models)

# Neither the libraries nor their messages name folders of the machine that built them, and two builds are alike: the
# linker's identification is taken of what is stripped afterwards, names of folders among it.
if(CMAKE_HOST_UNIX)
  foreach(folder IN ITEMS "${CMAKE_SOURCE_DIR}" "${CMAKE_BINARY_DIR}")
    add_compile_options("$<$<COMPILE_LANGUAGE:C,CXX>:-ffile-prefix-map=${folder}/=>")
    add_compile_options("$<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-ffile-prefix-map=${folder}/=>")
  endforeach()
  if(NOT CMAKE_HOST_APPLE)
    add_link_options("$<HOST_LINK:LINKER:--build-id=none>")
  endif()
endif()
