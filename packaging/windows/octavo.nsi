; The installer for Windows: for one person, without administrator rights. It compiles (makensis 3.11); it was not tried
; on Windows.
;
; makensis -DVERSION=0.1.0 -DBUNDLE=FOLDER -DICON=octavo.ico -DOUT=octavo-setup.exe octavo.nsi
;
; BUNDLE is the frozen program: octavo.exe (terminal), octavo-desk.exe (window), _internal, and whatever lies beside them.
; What a person keeps lies in %LOCALAPPDATA%\octavo, a folder that is never touched here.

Unicode true
ManifestDPIAware true
RequestExecutionLevel user
SetCompressor /SOLID lzma
!include MUI2.nsh
!include FileFunc.nsh
!include x64.nsh

!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\alt.octavo.Octavo"
!define OPEN_WITH "Software\Classes\Applications\octavo-desk.exe"

Name "Octavo"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\Octavo"
InstallDirRegKey HKCU "${KEY}" "InstallLocation"
VIProductVersion "${VERSION}.0"
VIAddVersionKey ProductName "Octavo"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey FileDescription "Octavo, a private reading desk"
VIAddVersionKey LegalCopyright "Apache License 2.0"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_FINISHPAGE_RUN "$INSTDIR\octavo-desk.exe"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "Japanese"

LangString OLD_WINDOWS ${LANG_ENGLISH} "Octavo needs a 64-bit Windows."
LangString OLD_WINDOWS ${LANG_JAPANESE} "Octavo には 64 ビット版の Windows が必要です。"
LangString IS_OPEN ${LANG_ENGLISH} "Octavo is open. Close it, and try again."
LangString IS_OPEN ${LANG_JAPANESE} "Octavo が開いています。閉じてから、もう一度試してください。"
LangString KEPT ${LANG_ENGLISH} "Octavo was removed. Your conversations, documents and models are still in $LOCALAPPDATA\octavo; delete that folder if you do not want them any more."
LangString KEPT ${LANG_JAPANESE} "Octavo を削除しました。会話、文書、モデルは $LOCALAPPDATA\octavo に残っています。不要なら、このフォルダーを削除してください。"

; A program that runs cannot be opened for writing.
!macro WAIT_UNTIL_CLOSED PROGRAM
  ${Do}
    ClearErrors
    ${IfNot} ${FileExists} "$INSTDIR\${PROGRAM}"
      ${Break}
    ${EndIf}
    FileOpen $0 "$INSTDIR\${PROGRAM}" a
    ${IfNot} ${Errors}
      FileClose $0
      ${Break}
    ${EndIf}
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(IS_OPEN)" /SD IDCANCEL IDRETRY +2
    Abort
  ${Loop}
!macroend

!macro TAKE_AWAY_PROGRAM
  RMDir /r "$INSTDIR\_internal"
  RMDir /r "$INSTDIR\licences"
  Delete "$INSTDIR\*.json"
  Delete "$INSTDIR\THIRD-PARTY.*"
  Delete "$INSTDIR\octavo.exe"
  Delete "$INSTDIR\octavo-desk.exe"
!macroend

!macro OFFER_FOR ENDING
  WriteRegStr HKCU "${OPEN_WITH}\SupportedTypes" "${ENDING}" ""
!macroend

Function .onInit
  ${IfNot} ${RunningX64}
    MessageBox MB_OK|MB_ICONSTOP "$(OLD_WINDOWS)" /SD IDOK
    Abort
  ${EndIf}
FunctionEnd

Section
  SetShellVarContext current
  !insertmacro WAIT_UNTIL_CLOSED octavo.exe
  !insertmacro WAIT_UNTIL_CLOSED octavo-desk.exe
  !insertmacro TAKE_AWAY_PROGRAM ; no file of an older version stays among the new ones
  SetOutPath "$INSTDIR"
  File /r "${BUNDLE}\*"
  File "/oname=octavo.ico" "${ICON}"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\Octavo.lnk" "$INSTDIR\octavo-desk.exe" "" "$INSTDIR\octavo.ico"

  ; “Open with” offers Octavo; no kind of file is taken away from another program.
  WriteRegStr HKCU "${OPEN_WITH}" "FriendlyAppName" "Octavo"
  WriteRegStr HKCU "${OPEN_WITH}\DefaultIcon" "" "$INSTDIR\octavo.ico"
  WriteRegStr HKCU "${OPEN_WITH}\shell\open\command" "" '"$INSTDIR\octavo-desk.exe" "%1"'
  !insertmacro OFFER_FOR .pdf
  !insertmacro OFFER_FOR .epub
  !insertmacro OFFER_FOR .docx
  !insertmacro OFFER_FOR .odt
  !insertmacro OFFER_FOR .rtf
  !insertmacro OFFER_FOR .html
  !insertmacro OFFER_FOR .htm
  !insertmacro OFFER_FOR .xhtml
  !insertmacro OFFER_FOR .mht
  !insertmacro OFFER_FOR .mhtml
  !insertmacro OFFER_FOR .eml
  !insertmacro OFFER_FOR .msg
  !insertmacro OFFER_FOR .mbox
  !insertmacro OFFER_FOR .xlsx
  !insertmacro OFFER_FOR .xlsm
  !insertmacro OFFER_FOR .pptx
  !insertmacro OFFER_FOR .pptm
  !insertmacro OFFER_FOR .ppsx
  !insertmacro OFFER_FOR .odp
  !insertmacro OFFER_FOR .doc
  !insertmacro OFFER_FOR .mobi
  !insertmacro OFFER_FOR .azw3
  !insertmacro OFFER_FOR .xls
  !insertmacro OFFER_FOR .ods
  !insertmacro OFFER_FOR .ipynb
  !insertmacro OFFER_FOR .tex
  !insertmacro OFFER_FOR .org
  !insertmacro OFFER_FOR .srt
  !insertmacro OFFER_FOR .vtt
  !insertmacro OFFER_FOR .fb2
  !insertmacro OFFER_FOR .csv
  !insertmacro OFFER_FOR .tsv
  !insertmacro OFFER_FOR .md
  !insertmacro OFFER_FOR .txt
  !insertmacro OFFER_FOR .png
  !insertmacro OFFER_FOR .jpg
  !insertmacro OFFER_FOR .jpeg
  !insertmacro OFFER_FOR .webp
  !insertmacro OFFER_FOR .gif
  !insertmacro OFFER_FOR .tif
  !insertmacro OFFER_FOR .tiff
  !insertmacro OFFER_FOR .bmp
  !insertmacro OFFER_FOR .avif

  WriteRegStr HKCU "${KEY}" "DisplayName" "Octavo"
  WriteRegStr HKCU "${KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${KEY}" "DisplayIcon" "$INSTDIR\octavo.ico"
  WriteRegStr HKCU "${KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${KEY}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${KEY}" "EstimatedSize" $0
SectionEnd

Section Uninstall
  SetShellVarContext current
  !insertmacro WAIT_UNTIL_CLOSED octavo.exe
  !insertmacro WAIT_UNTIL_CLOSED octavo-desk.exe
  !insertmacro TAKE_AWAY_PROGRAM
  Delete "$INSTDIR\octavo.ico"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR" ; only if nothing else lies in it
  Delete "$SMPROGRAMS\Octavo.lnk"
  DeleteRegKey HKCU "${OPEN_WITH}"
  DeleteRegKey HKCU "${KEY}"
  MessageBox MB_OK|MB_ICONINFORMATION "$(KEPT)" /SD IDOK
SectionEnd
