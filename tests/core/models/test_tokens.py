def test_x(tiny_bert, project):
    import os

    print(sorted(os.listdir(tiny_bert)), (tiny_bert / "tokenizer_config.json").read_text())
    from transformers import AutoTokenizer

    t = AutoTokenizer.from_pretrained(tiny_bert)
    print(t.tokenize("Mon père était parcel 12", "é?"), len(t), t("a b", "c"))
    print(project)
