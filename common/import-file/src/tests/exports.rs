//! Files with the columns and the layout of the programs that people export from.

use encoding_rs::{UTF_16LE, WINDOWS_1252};

use super::{encoded, read, refused};

const ADA: &str = "2|Ada|King|ada@example.com";

#[test]
fn one_roster_users_are_read() {
    let v1_1 = "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,\
        givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password\n\
        u1,active,2026-08-01,true,o1,student,ada,\"{Fed:1},{Fed:2}\",Ada,King,,77,ada@example.com,,,,\"09,10\",geheim\n\
        u2,tobedeleted,2026-08-01,true,o1,student,bob,,Bob,King,,78,bob@example.com,,,,09,geheim\n";
    let v1_2 = "\"sourcedId\",\"status\",\"dateLastModified\",\"enabledUser\",\"username\",\"userIds\",\
        \"givenName\",\"familyName\",\"middleName\",\"identifier\",\"email\",\"sms\",\"phone\",\
        \"agentSourcedIds\",\"grades\",\"password\",\"userMasterIdentifier\",\"resourceSourcedIds\",\
        \"preferredGivenName\",\"preferredMiddleName\",\"preferredFamilyName\",\"primaryOrgSourcedId\",\"pronouns\"\n\
        \"u1\",\"\",\"\",\"true\",\"ada\",\"\",\"Ada\",\"King\",\"\",\"77\",\"ada@example.com\",\"\",\"\",\"\",\"\",\"\",\
        \"\",\"\",\"A.\",\"\",\"K.\",\"\",\"she/her\"\n\
        \"u2\",\"tobedeleted\",\"\",\"true\",\"bob\",\"\",\"Bob\",\"King\",\"\",\"78\",\"bob@example.com\"\n";
    for file in [v1_1, v1_2] {
        assert_eq!(read(file).rows, [ADA, "3!marked_deleted"]);
    }
}

#[test]
fn only_the_students_of_one_roster_are_registered() {
    let file = "sourcedId,status,role,givenName,familyName,email\n\
        u1,active,student,Ada,King,ada@example.com\nu2,active,teacher,Bob,Ng,b@example.com\n\
        u3,active, Parent ,Cy,Ng,c@example.com\nu4,active,,Di,Ng,d@example.com\n";
    let rows = [ADA, "3!no_student", "4!no_student", "5|Di|Ng|d@example.com"];
    assert_eq!(read(file).rows, rows);
    let of_another_program = file.replace("sourcedId", "id");
    assert_eq!(read(of_another_program).rows[1], "3|Bob|Ng|b@example.com");
    let teacher = r#"{"sourcedId":"u2","givenName":"Bob","familyName":"Ng","email":"b@example.com","role":"teacher"}"#;
    assert_eq!(read(teacher).rows, ["1!no_student"]);
    assert_eq!(read(teacher.replace("sourcedId", "id")).rows, ["1|Bob|Ng|b@example.com"]);
}

#[test]
fn canvas_users_are_read() {
    let file = "user_id,integration_id,login_id,password,first_name,last_name,full_name,sortable_name,\
        short_name,email,status\n1,,ada,,Ada,King,Ada King,\"King, Ada\",Ada,ada@example.com,active\n\
        2,,bob,,Bob,King,,,,bob@example.com,suspended\n3,,cy,,Cy,King,,,,cy@example.com,deleted\n";
    assert_eq!(read(file).rows, [ADA, "3|Bob|King|bob@example.com", "4!marked_deleted"]);
}

#[test]
fn lists_of_learning_platforms_are_read() {
    for header in [
        // Moodle, to upload and as it exports.
        "First name,Surname,Email address,ID number,Institution",
        "First name,Last name,Email address,ID number",
        "Nombre,Apellido(s),Dirección de correo,Número de ID",
        "Prénom,Nom de famille,Adresse de courriel,Numéro",
        "Nome,Cognome,Indirizzo email,Codice",
        // Blackboard, Schoology, PowerSchool, SIMS, Infinite Campus.
        "First Name,Last Name,Email,Username,Student ID",
        "First_Name,Last_Name,STUDENT_EMAIL,Student_Number",
        "Forename,Surname,Primary Email,UPN",
        "Forename(s),Surname(s),E-mail Address,Year",
        "student.firstName,student.lastName,student.email,x",
        // Google, Mailchimp, Outlook, Salesforce, WordPress.
        "First Name [Required],Last Name [Required],Email Address [Required],Recovery Email",
        "First Name,Last Name,E-mail 1 - Value,E-mail 2 - Value",
        "First Name,Last Name,E-mail Address,E-mail 2 Address",
        "FirstName,LastName,Email,Id",
        "first_name,last_name,user_email,user_login",
        // Microsoft 365: who has a mailbox has its address in `mail`.
        "givenName,surname,mail,userPrincipalName",
        "First name,Last name,User principal name,Alternate email address",
        // Where one word for a name means another one beside it.
        "Vorname,Name,E-Mail,Klasse",
        "Voornaam,Naam,E-mailadres,Klas",
        "Name,Surname,E-mail,Class",
        "PRÉNOM,NOM,ADRESSE MAIL,NIVEAU",
        "ADI,SOYADI,E-POSTA,SINIF",
        "İsim,Soyisim,E-posta,Sınıf",
        "Imię,Nazwisko,Adres e-mail,Klasa",
        "Имя,Фамилия,Адрес электронной почты,Класс",
        "Ім'я,Прізвище,Електронна пошта,Клас",
        "\"First\nname\",\"Last\r\nname\",\"E-mail\n(required)\",x",
        // A directory, SIMS, Wilma, Outlook in French and in Italian, Workday.
        "givenName,sn,mail,userPrincipalName",
        "Legal Forename,Legal Surname,Primary Email,Reg",
        "Etunimet,Sukunimi,Sähköposti,Luokka",
        "Prénom,Nom,Adresse de messagerie,Type de messagerie",
        "Nome,Cognome,Indirizzo posta elettronica,Titolo",
        "Legal First Name,Legal Last Name,Email - Work,Email - Home",
        // Somtoday, ASV, Primus, WebUntis, Pronote, Arbor, SIMS, Aeries.
        "Roepnaam,Achternaam,E-mailadres leerling,Stamnummer",
        "Rufname,Familienname,Schulische E-Mail,Klasse",
        "Kutsumanimi,Sukunimi,Sähköpostiosoite,Ryhmä",
        "foreName,longName,address.email,name",
        "Prénom,Nom,E-mail de l'élève,Né(e) le",
        "Legal First Name,Legal Last Name,Default Email Address,Preferred First Name",
        "Legal forename,Legal surname,Primary email address,Reg",
        "Student First Name,Student Last Name,Student School Email,Guardian 1 Email",
        // Thunderbird and Google in German, forms of Jotform, WPForms and Gravity.
        "Vorname,Nachname,Primäre E-Mail-Adresse,Sekundäre E-Mail-Adresse",
        "Vorname,Nachname,E-Mail 1 - Wert,E-Mail 2 - Wert",
        "Name - First Name,Name - Last Name,Email,x",
        "Name: First,Name: Last,Email,x",
        "Name (First),Name (Last),Email,x",
    ] {
        let listed = read(format!("{header}\nAda,King,ada@example.com,z\n"));
        assert_eq!(listed.rows, [ADA], "{header}");
    }
}

#[test]
fn a_single_column_of_names_is_refused_with_what_to_do() {
    for header in
        ["Name,Email", "Full Name;E-mail;Phone", "Student,ID,SIS Login ID,Email", "ФИО,Email"]
    {
        let error = refused(format!("{header}\nAda King,ada@example.com\n"));
        assert_eq!(error.code(), "columns_missing");
        assert!(error.to_string().contains("Divide"), "{error}");
    }
}

#[test]
fn spreadsheets_of_a_mac_end_lines_with_carriage_returns() {
    let rows = "Student_Number\tLast_Name\tFirst_Name\tSTUDENT_EMAIL\r1\tKing\tAda\tada@example.com\r\
                2\tKing\tJ\u{a}rg\tj@example.com\r";
    assert_eq!(read(rows.replace("J\u{a}rg", "Jon")).rows, [ADA, "3|Jon|King|j@example.com"]);
    let mac = rows.replace("J\u{a}rg", "J\u{9a}rg");
    let bytes = mac.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<_>>();
    assert_eq!(refused(bytes).code(), "encoding_unknown");
}

#[test]
fn a_trailing_delimiter_on_every_row_is_no_column() {
    for file in [
        "first_name,last_name,email,\nAda,King,ada@example.com,\n",
        "first_name,last_name,email\nAda,King,ada@example.com,\n",
        "first_name;last_name;email;\r\nAda;King;ada@example.com;\r\n",
        ",first_name,last_name,email\n,Ada,King,ada@example.com\n",
    ] {
        assert_eq!(read(file).rows, [ADA], "{file}");
    }
}

#[test]
fn power_shell_and_sql_server_write_utf_16() {
    let text = "\u{feff}\"first_name\"\t\"last_name\"\t\"email\"\r\n\"Ada\"\t\"King\"\t\"ada@example.com\"\r\n";
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let listed = read(bytes);
    assert_eq!((listed.rows, listed.understood.encoding), (vec![ADA.to_owned()], UTF_16LE.name()));
    let power_shell_5 = "#TYPE System.Data.DataRow\r\n\"first_name\",\"last_name\",\"email\"\r\n\"Ada\",\"King\",\"ada@example.com\"\r\n";
    assert_eq!(read(power_shell_5).rows, ["3|Ada|King|ada@example.com"]);
}

#[test]
fn what_my_sql_writes_for_nothing_is_nothing() {
    let file = "first_name\tlast_name\temail\nAda\t\\N\tada@example.com\n\\N\t\\N\t\\N\n";
    assert_eq!(read(file).rows, ["2|Ada||ada@example.com", "3|||"]);
}

#[test]
fn a_table_of_psql_is_read_and_what_is_drawn_around_it_is_named() {
    let file = " first_name | last_name |      email      \n------------+-----------+-----------------\n \
                Ada        | King      | ada@example.com\n(1 row)\n\n";
    let rows = read(file).rows;
    let rows: Vec<_> = rows.iter().map(|row| row.replace(' ', "")).collect();
    assert_eq!(rows, ["2!too_few_cells", "3|Ada|King|ada@example.com", "4!too_few_cells"]);
}

#[test]
fn files_that_were_put_together_are_read_past_their_headers_and_marks() {
    for mark in ["", "\u{feff}", "\u{feff}\u{feff}"] {
        for header in ["first_name,last_name,email", "\"first_name\",\"last_name\",\"email\""] {
            let part = format!("{mark}{header}\r\n\"Ada\",\"King\",\"ada@example.com\"\r\n");
            assert_eq!(
                read(part.repeat(2)).rows,
                [ADA, "4|Ada|King|ada@example.com"],
                "{mark:?} {header}"
            );
            let rows = format!("{mark}\"Ada\",\"King\",\"ada@example.com\"\n");
            assert_eq!(read(format!("{part}{rows}")).rows[1], "3|Ada|King|ada@example.com");
        }
    }
}

#[test]
fn excel_of_other_countries_separates_by_semicolons() {
    let german = encoded(
        "Klasse;Name;Vorname;E-Mail\r\n5a;Weiß;Jürgen;j@example.com\r\n;;;\r\n\"5b\";\"Özdemir; Groß\";Änne;a@example.com\r\n",
        WINDOWS_1252,
    );
    assert_eq!(
        read(german).rows,
        ["2|Jürgen|Weiß|j@example.com", "4|Änne|Özdemir; Groß|a@example.com"]
    );
    let french = encoded("N°;NOM;PRENOM;MAIL\r\n1;LEFÈVRE;Hélène;h@example.com\r\n", WINDOWS_1252);
    assert_eq!(read(french).rows, ["2|Hélène|LEFÈVRE|h@example.com"]);
    for (text, encoding) in [
        ("Imię;Nazwisko;E-mail\r\nMałgorzata;Wójcik;m@example.com\r\n", encoding_rs::WINDOWS_1250),
        ("Jméno;Příjmení;E-mail\r\nJiří;Dvořák;j@example.com\r\n", encoding_rs::WINDOWS_1250),
        ("first_name;last_name;email\r\nJana;Kučera;j@example.com\r\n", encoding_rs::WINDOWS_1250),
        ("first_name;last_name;email\r\nLászló;Szűcs;l@example.com\r\n", encoding_rs::WINDOWS_1250),
        ("Adı;Soyadı;E-posta\r\nAyşe;Yıldız;a@example.com\r\n", encoding_rs::WINDOWS_1254),
        ("first_name;last_name;email\r\nИван;Петров;i@example.com\r\n", encoding_rs::KOI8_R),
        ("first_name;last_name;email\r\nΜαρία;Παππά;m@example.com\r\n", encoding_rs::WINDOWS_1253),
        ("first_name;last_name;email\r\n太郎;山田;t@example.com\r\n", encoding_rs::SHIFT_JIS),
        ("first_name;last_name;email\r\n伟;王;w@example.com\r\n", encoding_rs::GBK),
        ("first_name;last_name;email\r\n민준;김;k@example.com\r\n", encoding_rs::EUC_KR),
        ("first_name;last_name;email\r\nСергей;Ким;k@example.com\r\n", encoding_rs::WINDOWS_1251),
        ("first_name;last_name;email\r\nيوسف;علي;k@example.com\r\n", encoding_rs::WINDOWS_1256),
        (
            "first_name;last_name;email\r\nJānis;Bērziņš;k@example.com\r\n",
            encoding_rs::WINDOWS_1257,
        ),
        ("first_name;last_name;email\r\nŁukasz;Śliwa;l@example.com\r\n", encoding_rs::ISO_8859_2),
    ] {
        let bytes = encoded(text, encoding);
        assert_eq!(refused(&bytes).code(), "encoding_unknown", "{text}");
        let named = crate::Options { encoding: Some(encoding), ..super::options() };
        let expected = text.lines().nth(1).unwrap().replace(';', "|");
        let rows = super::read_with(&*bytes, &named).unwrap().rows;
        assert_eq!(rows, [format!("2|{expected}")]);
    }
}

/// What programs write so that Excel takes a value for text.
#[test]
fn a_formula_that_is_a_text_is_the_text() {
    let file = "Klasse;Name;Vorname;E-Mail\n=\"007\";=\"King\";\"=\"\"Ada\"\"\";=\"ada@example.com\"\n\
                1;=\"a\"&\"b\";Bob;b@example.com\n";
    assert_eq!(read(file).rows, [ADA, "3|Bob|=\"a\"&\"b\"|b@example.com"]);
}
