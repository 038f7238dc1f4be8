"""Tables: CSV, Excel workbooks."""
