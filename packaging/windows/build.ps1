# Makes the installer for Windows: build\packages\octavo-VERSION-windows-x86_64-setup.exe. Not tried on Windows yet.
#
# Wanted on the machine: Python 3.13, uv of the version in packaging\uv.txt, the build tools of Visual Studio 2022 with
# C++ and CMake, NSIS 3.11. Call it in a developer's PowerShell, in a clone of the repository:
#
#     powershell -ExecutionPolicy Bypass -File packaging\windows\build.ps1
#
# packaging\bundle\octavo.spec makes two programs here, octavo.exe with a console and octavo-desk.exe without one: on
# Windows a link cannot be both.

$ErrorActionPreference = 'Stop'
$root = (Resolve-Path "$PSScriptRoot\..\..").Path
Set-Location $root

function Invoke-Step {
    param([string] $Program, [string[]] $Arguments)
    & $Program @Arguments
    if ($LASTEXITCODE -ne 0) { throw "$Program $Arguments ended with $LASTEXITCODE" }
}

# llama.cpp without what is only of this machine: the processor is looked at when the program runs.
$included = "$root\packaging\llama.cmake".Replace('\', '/')
$env:CMAKE_ARGS = "-DGGML_NATIVE=OFF -DCMAKE_PROJECT_llama_cpp_INCLUDE_BEFORE=$included"
$env:UV_PROJECT_ENVIRONMENT = "$root\build\windows\venv"
Invoke-Step uv @('sync', '--locked', '--no-dev', '--group', 'package', '--python', '3.13')
$python = "$env:UV_PROJECT_ENVIRONMENT\Scripts\python.exe"

$version = & $python -P -c 'import app; print(app.__version__)'
Invoke-Step $python @('-P', 'packaging\desktop\icons.py', 'build\windows\icons')
Invoke-Step $python @('-P', '-m', 'PyInstaller', '--noconfirm', '--distpath', 'build\windows\dist',
    '--workpath', 'build\windows\work', 'packaging\bundle\octavo.spec')

New-Item -ItemType Directory -Force build\packages | Out-Null
Invoke-Step makensis @('-WX', '-INPUTCHARSET', 'UTF8', "-DVERSION=$version", "-DBUNDLE=$root\build\windows\dist\octavo",
    "-DICON=$root\build\windows\icons\octavo.ico",
    "-DOUT=$root\build\packages\octavo-$version-windows-x86_64-setup.exe", 'packaging\windows\octavo.nsi')
