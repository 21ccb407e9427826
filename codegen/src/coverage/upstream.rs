//! The facts of the vendor's Swagger 2.0.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Facts;

/// The longest chain of references that is followed.
const MAX_DEPTH: usize = 32;

/// Facts about every operation. `files` are the Swagger's files by name; `api_*.json` lists the paths.
pub fn facts(files: &BTreeMap<String, String>) -> Result<Facts, String> {
    let mut parsed = BTreeMap::new();
    for (name, text) in files {
        let value: Value = serde_json::from_str(text).map_err(|e| format!("{name}: {e}"))?;
        parsed.insert(name.as_str(), value);
    }
    let root = parsed.iter().find(|(name, _)| name.starts_with("api_"));
    let paths = root.and_then(|(_, api)| api["paths"].as_object());
    let paths = paths.ok_or("there is no api_*.json with `paths`")?;
    let mut facts = Facts::new();
    for (path, item) in paths {
        let reference = item["$ref"]
            .as_str()
            .unwrap_or_default()
            .trim_start_matches("./");
        // Some files hold one path, some hold several: `object_multipart.json#/uploads`.
        let (file, part) = reference.split_once('#').unwrap_or((reference, ""));
        let methods = parsed
            .get(file)
            .and_then(|f| f.pointer(part))
            .and_then(Value::as_object);
        let methods = methods.ok_or_else(|| format!("{path}: there is no {reference:?}"))?;
        for (method, operation) in methods.iter().filter(|(name, _)| *name != "parameters") {
            let mut writer = Writer {
                files: &parsed,
                place: format!("{file}#{part}/{method}"),
                facts: &mut facts,
            };
            writer.operation(path, method, methods.get("parameters"), operation)?;
        }
    }
    Ok(facts)
}

struct Writer<'a> {
    files: &'a BTreeMap<&'a str, Value>,
    place: String,
    facts: &'a mut Facts,
}

impl<'a> Writer<'a> {
    fn fact(&mut self, text: &str) {
        self.facts.insert(format!("{} {text}", self.place));
    }

    fn operation(
        &mut self,
        path: &str,
        method: &str,
        shared: Option<&'a Value>,
        operation: &'a Value,
    ) -> Result<(), String> {
        let path = path
            .replace("{bucketName}", "{bucket}")
            .replace("{objectKey}", "{key}");
        self.fact(&format!("route {} {path}", method.to_uppercase()));
        let lists = [shared, operation.get("parameters")];
        for parameter in lists
            .into_iter()
            .flatten()
            .filter_map(Value::as_array)
            .flatten()
        {
            let parameter = self.resolve(parameter)?;
            self.parameter(parameter)?;
        }
        let responses = operation["responses"].as_object();
        for (status, response) in responses.into_iter().flatten() {
            let status = format!("status {status}");
            self.fact(&status);
            for (name, header) in response["headers"].as_object().into_iter().flatten() {
                let name = name.to_ascii_lowercase();
                self.typed(&format!("{status} header {name}"), header)?;
            }
            if let Some(schema) = response.get("schema") {
                self.body(&format!("{status} body"), schema, false)?;
            }
        }
        Ok(())
    }

    fn parameter(&mut self, parameter: &'a Value) -> Result<(), String> {
        let name = parameter["name"].as_str().unwrap_or_default();
        let what = match parameter["in"].as_str().unwrap_or_default() {
            "path" => return Ok(()),
            "body" => return self.body("request", &parameter["schema"], true),
            "header" => format!("header {}", name.to_ascii_lowercase()),
            "formData" => format!("form {name}"),
            place => format!("{place} {name}"),
        };
        self.typed(&what, parameter)?;
        if parameter["required"].as_bool() == Some(true) {
            self.fact(&format!("{what} required"));
        }
        Ok(())
    }

    fn body(&mut self, root: &str, schema: &'a Value, request: bool) -> Result<(), String> {
        let schema = self.resolve(schema)?;
        if schema["format"].as_str() == Some("binary") || schema["type"].as_str() == Some("file") {
            self.fact(&format!("{root} bytes"));
            return Ok(());
        }
        self.members(root, "", schema, request, 0)
    }

    fn members(
        &mut self,
        root: &str,
        prefix: &str,
        schema: &'a Value,
        request: bool,
        depth: usize,
    ) -> Result<(), String> {
        if depth > MAX_DEPTH {
            return Err(format!("{}: {prefix} is nested without end", self.place));
        }
        for (name, member) in schema["properties"].as_object().into_iter().flatten() {
            let member = self.resolve(member)?;
            let path = format!("{prefix}{name}");
            self.typed(&format!("{root} {path}"), member)?;
            let required = schema["required"].as_array();
            if request && required.is_some_and(|r| r.iter().any(|r| r == name)) {
                self.fact(&format!("{root} {path} required"));
            }
            let (inner, path) = self.innermost(member, path)?;
            self.members(root, &format!("{path}."), inner, request, depth + 1)?;
        }
        Ok(())
    }

    /// The items of lists, and a path that says so.
    fn innermost(
        &self,
        schema: &'a Value,
        mut path: String,
    ) -> Result<(&'a Value, String), String> {
        let mut schema = self.resolve(schema)?;
        while schema["type"].as_str() == Some("array") {
            schema = self.resolve(&schema["items"])?;
            path.push_str("[]");
        }
        Ok((schema, path))
    }

    fn typed(&mut self, what: &str, schema: &'a Value) -> Result<(), String> {
        let schema = self.resolve(schema)?;
        let (inner, lists) = self.innermost(schema, String::new())?;
        let name = match inner["type"].as_str() {
            None | Some("map") => "object",
            Some(name) => name,
        };
        let name = format!("{}{name}", "list of ".repeat(lists.len() / 2));
        self.fact(&format!("{what}: {name}"));
        for value in inner["enum"].as_array().into_iter().flatten() {
            self.fact(&format!("{what} = {}", value.as_str().unwrap_or_default()));
        }
        Ok(())
    }

    fn resolve(&self, mut value: &'a Value) -> Result<&'a Value, String> {
        for _ in 0..MAX_DEPTH {
            let Some(reference) = value["$ref"].as_str() else {
                return Ok(value);
            };
            // `#/definitions/owner` stands in definitions.json.
            let mut parts = reference.trim_start_matches("#/").splitn(2, '/');
            let (folder, name) = (
                parts.next().unwrap_or_default(),
                parts.next().unwrap_or_default(),
            );
            let file = self.files.get(format!("{folder}.json").as_str());
            value = file
                .and_then(|f| f.get(name))
                .ok_or_else(|| format!("{}: there is no {reference}", self.place))?;
        }
        Err(format!("{}: references without end", self.place))
    }
}
